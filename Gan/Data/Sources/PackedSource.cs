using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// Stored images, decoded once into a pack in the cache directory, which is found again by a hash over names and contents. Where
/// names, sizes and times are as they were, not even that is computed anew.
/// </summary>
internal sealed class PackedSource : IImageSource
{
    // Part of the content hash. That stands for the files and the size, not for their decoding: a run goes on after that was
    // mended.
    const int Version = 1;
    const int NamedFiles = 10;

    readonly PackFile _pack;

    PackedSource(string name, PackFile pack, byte[] content)
    {
        Name = name;
        _pack = pack;
        ContentHash = Storage.ContentHash.Hex(content);
    }

    public string Name { get; }

    public long? Count => _pack.Count;

    public int Size => _pack.Size;

    public string ContentHash { get; }

    public IReadOnlyList<string> Classes => _pack.Labels.Classes;

    /// <summary>What was left out because it could not be read, each with the reason.</summary>
    internal IReadOnlyList<string> Skipped => _pack.Notes;

    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        _pack.Read(index, pixels);
    }

    public int Label(long index) => _pack.Labels.Of(this, index);

    public void Dispose() => _pack.Dispose();

    /// <summary>Opens what lies at a place, packing it if that was not done before.</summary>
    /// <param name="name">For messages and records.</param>
    /// <param name="place">The full path, and all else that decides which images these are, and how they are labelled.</param>
    /// <param name="stamp">A look at the place.</param>
    /// <param name="list">Looks through it.</param>
    /// <param name="size">The wanted side.</param>
    /// <param name="options">Cache, fit, whom to tell.</param>
    /// <param name="cancellation">Stops; what was packed so far is kept for the next time.</param>
    internal static PackedSource Open(string name, string place, Stamp stamp, Func<StoredImages> list, int size,
        DataOptions options, CancellationToken cancellation)
    {
        ImageSourceGuard.Size(name, size, 8, 1024);
        DateTime lookedAt = DateTime.UtcNow;
        string note = KnownPack.PathIn(options.Cache,
            $"{place}\0{size} {options.Fit} decoder v{ImageDecoder.Version}");
        KnownPack? known = options.VerifyContent ? null : ReadNote(name, note, stamp);
        if (known is not null && known.IsAsItWas(options.Cache)
            && PackFile.OpenKnown(Path.Combine(options.Cache, known.Pack), size) is { } ready)
        {
            Tell(name, known.LeftOut, options);
            return Accept(name, known.Files, ready, Convert.FromHexString(known.Content), options);
        }
        using StoredImages images = list();
        Tell(name, images.LeftOut ?? "", options);
        try
        {
            byte[] content = known is null ? Hash(images, size, options, cancellation) : Convert.FromHexString(known.Content);
            known = new(stamp.Hash, Storage.ContentHash.Hex(content), "", 0, 0, images.Count, images.LeftOut ?? "");
            Directory.CreateDirectory(options.Cache);
            // Before packing too, so that one which is stopped goes on without hashing again.
            if (stamp.IsSettled(lookedAt)) known.Write(note);
            string path = PackFile.PathIn(options.Cache, PackKey(content, images.Labels));
            PackFile pack = PackFile.OpenOrMake(path, size, options, () => Packing.Run(path, images, content, size, options,
                reasons => Refusal(name, images.Count, reasons), cancellation), cancellation);
            if (stamp.IsSettled(lookedAt)) known.Of(path).Write(note);
            return Accept(name, images.Count, pack, content, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{name} cannot be packed into {options.Cache}: {e.Message}", e);
        }
    }

    static KnownPack? ReadNote(string name, string note, Stamp stamp)
    {
        try
        {
            return KnownPack.Read(note) is { } known && known.Stamp == stamp.Hash ? known : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"What the cache knows of {name}, {note}, cannot be read: {e.Message}", e);
        }
    }

    static void Tell(string name, string leftOut, DataOptions options)
    {
        if (leftOut.Length > 0) options.Notice?.Invoke($"Left out of {name}: {leftOut}.");
    }

    // A pack made with SkipBad may be met again without it.
    static PackedSource Accept(string name, int files, PackFile pack, byte[] content, DataOptions options)
    {
        if (pack.Notes.Length == 0) return new PackedSource(name, pack, content);
        if (!options.SkipBad)
        {
            string[] bad = pack.Notes;
            pack.Dispose();
            throw Refusal(name, files, bad);
        }
        options.Notice?.Invoke(
            $"Left out {pack.Notes.Length} of {files} images in {name} that cannot be read: {Names(pack.Notes)}.");
        return new PackedSource(name, pack, content);
    }

    static DatasetException Refusal(string name, int files, IReadOnlyList<string> bad) =>
        new($"{bad.Count} of {files} images in {name} cannot be read (mend or remove them, or leave bad ones out with "
            + $"--skip-bad): {Names(bad)}.");

    static string Names(IReadOnlyList<string> bad) =>
        string.Join("; ", bad.Take(NamedFiles)) + (bad.Count > NamedFiles ? $"; and {bad.Count - NamedFiles} more" : "");

    static byte[] Hash(StoredImages images, int size, DataOptions options, CancellationToken cancellation)
    {
        byte[][] hashes = new byte[images.Count][];
        var gate = new ProgressGate(options.Progress, "hash", images.Count);
        Parallel.For(0, images.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                hashes[i] = Sha256.HashData(images.Read(i));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DatasetException)
            {
                // Decoding meets the same image again and reports it by name.
                hashes[i] = Storage.ContentHash.OfText(e.GetType().Name);
            }
            gate.Add(1);
        });
        using var all = new Sha256();
        string fit = options.Fit == ImageFit.Crop ? "" : $" fit {options.Fit.ToString().ToLowerInvariant()}";
        all.AppendData(Encoding.UTF8.GetBytes($"folder v{Version} size {size}{fit}\0"));
        for (int i = 0; i < images.Count; i++)
        {
            all.AppendData(Encoding.UTF8.GetBytes(images.NameOf(i) + '\0'));
            all.AppendData(hashes[i]);
        }
        return all.GetHashAndReset();
    }

    // Packs of another decoder are not found. Labels that do not follow from names lie in the pack too.
    static byte[] PackKey(byte[] contentHash, ImageLabels? labels)
    {
        using var key = new Sha256();
        key.AppendData(Encoding.UTF8.GetBytes($"decoder v{ImageDecoder.Version}\0"));
        key.AppendData(contentHash);
        if (labels is not null)
        {
            key.AppendData(Encoding.UTF8.GetBytes("labels\0" + string.Join('\0', labels.Classes) + '\0'));
            key.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(labels.Values));
        }
        return key.GetHashAndReset();
    }
}
