using System.Globalization;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>The images of a request: which noise and which class each is of. They are drawn in batches, when asked for.</summary>
sealed class SampleImages
{
    const int Batch = 64, Most = 1 << 16;

    readonly SampleRequest _request;
    readonly TrainedGenerator _generator;
    readonly float[][]? _noise;
    readonly int _perRow;

    SampleImages(SampleRequest request, TrainedGenerator generator, float[][]? noise, int perRow, int count) =>
        (_request, _generator, _noise, _perRow, Count) = (request, generator, noise, perRow, count);

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The class of each; null where there are none, or each seed chooses.</summary>
    public int[]? Labels { get; private init; }

    /// <summary>Images of a sheet's row; 0 for a sheet that is nearly square.</summary>
    public int Columns { get; private init; }

    /// <summary>Decides what is drawn.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="name">A class's name or number; null for none.</param>
    /// <param name="generator">What draws.</param>
    /// <exception cref="UsageException">It knows no such classes, or there would be too many images.</exception>
    public static SampleImages Of(SampleRequest request, string? name, TrainedGenerator generator)
    {
        int classes = generator.Classes.Count;
        if (classes == 0 && (name is not null || request.HasRows))
            throw new UsageException($"{(request.HasRows ? "--rows is classes" : $"--class is {name}")}, and {generator.Source} "
                + "was not told classes.");
        int count = request.Keys is not null ? request.Frames : request.Seeds?.Length ?? request.Count, perRow = count;
        int columns = request is { Keys: not null, HasColumns: false } ? count : request.Columns;
        int[]? labels = null;
        if (request.HasRows)
        {
            if ((long)count * classes > Most)
                throw new UsageException($"{classes} rows of {count} images are more than {Most}; take fewer of each class.");
            labels = [.. Enumerable.Range(0, count * classes).Select(i => i / perRow)];
            if (!request.HasColumns) columns = perRow;
        }
        else if (name is not null) labels = [.. Enumerable.Repeat(Label(generator, name), count)];
        else if (classes > 0 && request.Keys is not null)
            labels = [.. Enumerable.Repeat(generator.ClassesOf(request.Keys[..1])[0], count)];
        else if (classes > 0 && request.Seeds is null)
        {
            (labels, int row) = ClassRows.Of(count, classes);
            if (!request.HasColumns) columns = row;
        }
        double bound = request.Truncation ?? double.PositiveInfinity;
        float[][]? noise = request.Keys is not null ? generator.Walk(request.Keys, request.Frames, request.Loop, bound)
            : request.Truncation is not null ? generator.Noise(request.Seeds!, bound) : null;
        return new(request, generator, noise, perRow, labels?.Length ?? count) { Labels = labels, Columns = columns };
    }

    static int Label(TrainedGenerator generator, string name)
    {
        try
        {
            return generator.Classes.Label(name);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--class: {e.Message}", e);
        }
    }

    /// <summary>All pixels (Count, S, S, 3).</summary>
    public byte[] All(CancellationToken stop)
    {
        if (_noise is null && _request.Seeds is null) return _generator.Draw(_request.Seed, Count, Labels, stop);
        int bytes = _generator.Size * _generator.Size * 3;
        byte[] all = new byte[checked(Count * bytes)];
        int at = 0;
        foreach (byte[] image in Each(stop))
        {
            image.CopyTo(all, at);
            at += bytes;
        }
        return all;
    }

    /// <summary>The pixels of each image, (S, S, 3), of images that have noise of their own.</summary>
    public IEnumerable<byte[]> Each(CancellationToken stop)
    {
        for (int first = 0; first < Count; first += Batch)
        {
            int[] places = [.. Enumerable.Range(first, Math.Min(Batch, Count - first))];
            int[]? labels = Labels?[first..(first + places.Length)];
            byte[] pixels;
            if (_noise is null)
            {
                ulong[] seeds = [.. places.Select(i => _request.Seeds![i % _perRow])];
                pixels = _generator.Draw(seeds, labels, stop);
            }
            else
            {
                labels ??= _generator.Classes.Count == 0 ? null : _generator.ClassesOf(
                    [.. places.Select(i => _request.Seeds![i])]);
                pixels = _generator.Draw([.. places.Select(i => _noise[i % _perRow])], labels, stop);
            }
            int bytes = pixels.Length / places.Length;
            for (int i = 0; i < places.Length; i++) yield return pixels[(i * bytes)..((i + 1) * bytes)];
        }
    }

    /// <summary>What an image's file is called but for its ending: "seed000012" or "frame0003", in rows with "-class2".</summary>
    public string NameOf(int image)
    {
        string row = _request.HasRows ? $"-class{image / _perRow}" : "";
        int at = image % _perRow;
        return _request.Keys is not null ? string.Create(CultureInfo.InvariantCulture, $"frame{at:D4}{row}")
            : string.Create(CultureInfo.InvariantCulture, $"seed{_request.Seeds![at]:D6}{row}");
    }
}
