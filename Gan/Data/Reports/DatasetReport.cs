using System.Globalization;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;

namespace Ssgan.Gan.Data.Reports;

/// <summary>A line of a report on data.</summary>
public sealed class DatasetFinding
{
    internal DatasetFinding(string subject, string found, bool needsCare = false) =>
        (Subject, Found, NeedsCare) = (subject, found, needsCare);

    /// <summary>"sizes", "broken".</summary>
    public string Subject { get; }

    /// <summary>What there is, in a sentence or two.</summary>
    public string Found { get; }

    /// <summary>Whether training goes better when something is done about it.</summary>
    public bool NeedsCare { get; }
}

/// <summary>
/// Looks at every image of a set before anything is trained on it: sizes, channels, what is broken, what is there twice, classes,
/// and what training will see. It refuses nothing.
/// </summary>
public static class DatasetReport
{
    const int Named = 5, MostPairs = 10_000, SheetColumns = 10, SheetRows = 10;

    /// <summary>Examines a place or a set.</summary>
    /// <param name="nameOrPath">As <see cref="DatasetFactory.Open"/> takes it.</param>
    /// <param name="size">The side at which training would see images.</param>
    /// <param name="options">Fit, split, attribute; progress is told as "examine".</param>
    /// <param name="sheet">A PNG file for images as training would see them; null for none.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="ArgumentException">The size is outside 8 to 1024.</exception>
    /// <exception cref="DatasetException">There is no such place, or no image in it.</exception>
    public static IReadOnlyList<DatasetFinding> Examine(string nameOrPath, int size, DataOptions options, string? sheet = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(options);
        ImageSourceGuard.Size(nameOrPath, size, 8, 1024);
        using StoredImages? images = StoredPlaces.List(nameOrPath, options, cancellation);
        if (images is null) return OfSource(nameOrPath, size, options, sheet, cancellation);
        var facts = new ImageFacts[images.Count];
        var gate = new ProgressGate(options.Progress, "examine", images.Count);
        var look = new DifferenceHash(size);
        var large = new Lock();
        Parallel.For(0, facts.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            facts[i] = ImageFacts.Of(images, i, size, options.Fit, look, large);
            gate.Add(1);
        });
        int[] good = [.. Enumerable.Range(0, facts.Length).Where(i => facts[i].Fault is null)];
        var findings = new List<DatasetFinding> { Kinds(images, facts) };
        if (images.LeftOut is { } left) findings.Add(new("left out", left + "."));
        findings.AddRange(Shapes(facts, size, options.Fit));
        findings.Add(Channels(facts, good));
        findings.Add(Broken(images, facts));
        findings.AddRange(Copies(images, facts, good));
        ImageLabels labels = images.Labels is null ? FolderLabels.Of([.. good.Select(images.NameOf)])
            : images.Labels.Classes.Count == 0 ? images.Labels
            : new ImageLabels([.. images.Labels.Classes], [.. good.Select(i => images.Labels.Values[i])]);
        findings.Add(Classes(labels));
        findings.Add(Training(good.Length, size, options));
        if (sheet is not null && good.Length > 0)
            findings.Add(Sheet(sheet, good.Length, size, (i, pixels) =>
                images.Decode(images.Read(good[i]), size, options.Fit, pixels, large)));
        return findings;
    }

    // A set that is made, or one of CIFAR's and STL-10's files: its images are known to be whole and alike.
    static List<DatasetFinding> OfSource(string name, int size, DataOptions options, string? sheet,
        CancellationToken cancellation)
    {
        using IImageSource source = DatasetFactory.Open(name, size, options, cancellation);
        const int looked = 10_000;
        int count = (int)Math.Min(source.Count ?? looked, looked);
        int[] labels = source.Classes.Count == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => source.Label(i))];
        var findings = new List<DatasetFinding>
        {
            new("images", source.Count is { } n ? $"{n:N0} of {source.Name}, all of one size." : $"{source.Name} has no end."),
            Classes(new ImageLabels([.. source.Classes], labels)),
            Training(source.Count ?? 0, size, options),
        };
        if (sheet is not null) findings.Add(Sheet(sheet, count, size, (i, pixels) => source.Read(i, pixels)));
        return findings;
    }

    static DatasetFinding Kinds(StoredImages images, ImageFacts[] facts) => new("images",
        $"{facts.Length:N0} in {images.Place}: " + string.Join(", ", facts.GroupBy(static f => f.Format)
            .OrderByDescending(static g => g.Count()).Select(static g => $"{g.Count():N0} {g.Key}")) + ".");

    static IEnumerable<DatasetFinding> Shapes(ImageFacts[] facts, int size, ImageFit fit)
    {
        ImageFacts[] known = [.. facts.Where(static f => f.Width > 0)];
        if (known.Length == 0) yield break;
        int[] sides = [.. known.Select(static f => Math.Min(f.Width, f.Height)).Order()];
        int small = sides.Count(s => s < size);
        yield return new("sizes", $"The shorter side is {sides[0]} to {sides[^1]}, {sides[sides.Length / 2]} in the middle."
            + (small == 0 ? "" : $" {small:N0} are smaller than {size} and will be enlarged, which the GAN will learn as blur."),
            small > known.Length / 10);
        ImageFacts[] oblong = [.. known.Where(static f => f.Width != f.Height)];
        if (oblong.Length == 0)
        {
            yield return new("shapes", "All are square.");
            yield break;
        }
        double kept = oblong.Average(static f => (double)Math.Min(f.Width, f.Height) / Math.Max(f.Width, f.Height));
        yield return new("shapes", string.Create(CultureInfo.InvariantCulture, $"{oblong.Length:N0} are not square: ")
            + (fit switch
        {
            ImageFit.Crop => $"of them {kept:P0} on average is kept; --fit pad or stretch keeps all.",
            ImageFit.Pad => $"{1 - kept:P0} of what training sees of them, on average, will be white.",
            _ => "they are stretched to squares.",
        }));
    }

    static DatasetFinding Channels(ImageFacts[] facts, int[] good)
    {
        int grey = good.Count(i => facts[i].IsGrey), alpha = good.Count(i => facts[i].HasAlpha);
        string text = grey == 0 ? $"{good.Length - grey:N0} in colour." : grey == good.Length
            ? "All are grey: their value is taken for red, green and blue."
            : $"{good.Length - grey:N0} in colour and {grey:N0} grey, whose value is taken for red, green and blue.";
        return new("channels", text + (alpha == 0 ? "" : $" {alpha:N0} may be transparent and are laid over white."),
            grey > 0 && grey < good.Length);
    }

    static DatasetFinding Broken(StoredImages images, ImageFacts[] facts)
    {
        int[] broken = [.. Enumerable.Range(0, facts.Length).Where(i => facts[i].Fault is not null)];
        return broken.Length == 0 ? new("broken", "None.") : new("broken", $"{broken.Length:N0} cannot be read: "
            + $"{Some(broken, i => $"{images.NameOf(i)} {facts[i].Fault}")}. Training leaves them out with --skip-bad.", true);
    }

    static IEnumerable<DatasetFinding> Copies(StoredImages images, ImageFacts[] facts, int[] good)
    {
        var first = new Dictionary<string, int>();
        var copies = new List<(int Copy, int Of)>();
        foreach (int i in good)
            if (!first.TryAdd(facts[i].Content!, i)) copies.Add((i, first[facts[i].Content!]));
        yield return copies.Count == 0 ? new("copies", "None that are the same in every byte.")
            : new("copies", $"{copies.Count:N0} are others' copies: "
                + $"{Some(copies, c => $"{images.NameOf(c.Copy)} of {images.NameOf(c.Of)}")}. They count twice in training.",
                    true);
        int[] different = [.. first.Values.Order()];
        var (pairs, all) = NearPairs.Of([.. different.Select(i => facts[i].Look)], MostPairs);
        string count = all ? $"{pairs.Count:N0}" : $"More than {pairs.Count:N0}";
        yield return pairs.Count == 0 ? new("look-alikes", "None whose brightness runs the same way everywhere.")
            : new("look-alikes", $"{count} pairs look nearly the same: " + Some(pairs, p =>
                $"{images.NameOf(different[p.Second])} and {images.NameOf(different[p.First])}") + ".",
                    pairs.Count > good.Length / 20);
    }

    static DatasetFinding Classes(ImageLabels labels)
    {
        if (labels.Classes.Count == 0) return new("classes", "None: the images have no labels.");
        int[] counts = new int[labels.Classes.Count];
        foreach (int label in labels.Values) counts[label]++;
        int most = Array.IndexOf(counts, counts.Max()), least = Array.IndexOf(counts, counts.Min());
        bool uneven = counts[most] > 10 * Math.Max(1, counts[least]);
        return new("classes",
            $"{counts.Length:N0}, from {counts[least]:N0} images of {labels.Classes[least]} to {counts[most]:N0} of "
            + labels.Classes[most] + (uneven ? ": a GAN that is told classes will draw the rare ones badly." : "."), uneven);
    }

    static DatasetFinding Training(long images, int size, DataOptions options) => new("training",
        (images == 0 ? "" : $"{images:N0} images of ")
            + $"{size}x{size}, as --fit {options.Fit.ToString().ToLowerInvariant()} makes "
            + "them" + (images == 0 ? "." : $"; {images * size * size * 3 / 1e6:N0} MB when packed."), images is > 0 and < 1000);

    static DatasetFinding Sheet(string file, int count, int size, Draw draw)
    {
        int shown = Math.Min(count, SheetColumns * SheetRows);
        byte[] pixels = new byte[shown * size * size * 3];
        for (int i = 0; i < shown; i++)
            draw((int)((long)i * count / shown), pixels.AsSpan(i * size * size * 3, size * size * 3));
        ImageGrid.Save(file, pixels, shown, size, Math.Min(shown, SheetColumns), scale: 1);
        return new("sheet", $"{shown} images as training will see them, from all over the set, are in {file}.");
    }

    delegate void Draw(int index, Span<byte> pixels);

    static string Some<T>(IReadOnlyList<T> items, Func<T, string> text) =>
        string.Join("; ", items.Take(Named).Select(text)) + (items.Count > Named ? $"; and {items.Count - Named:N0} more" : "");
}
