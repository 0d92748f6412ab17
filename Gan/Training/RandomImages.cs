using System.Globalization;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training;

/// <summary>Random pixels that cost next to nothing to read: for measuring what is not the data's cost.</summary>
sealed class RandomImages : IImageSource
{
    readonly byte[] _pixels;

    /// <param name="size">Image side.</param>
    /// <param name="count">How many images; null for an endless set.</param>
    /// <param name="classes">How many classes they are said to have.</param>
    public RandomImages(int size, long? count = null, int classes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(classes);
        (Size, Count) = (size, count);
        Classes = [.. Enumerable.Range(0, classes).Select(static i => i.ToString(CultureInfo.InvariantCulture))];
        // Twice an image: each one is a stretch from elsewhere.
        _pixels = new byte[2 * Bytes];
        new Random(1).NextBytes(_pixels);
    }

    /// <inheritdoc/>
    public string Name => "random pixels";

    /// <inheritdoc/>
    public long? Count { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string ContentHash => "";

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public int Label(long index) => (int)(index % Math.Max(1, Classes.Count));

    int Bytes => Size * Size * 3;

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels) => _pixels.AsSpan((int)(index * 7919 % Bytes), Bytes).CopyTo(pixels);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
