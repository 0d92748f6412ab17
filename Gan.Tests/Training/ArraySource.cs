using Ssgan.Gan.Data;

namespace Ssgan.Tests.Training;

/// <summary>Random images that are made when they are read; a large set costs nothing.</summary>
sealed class ArraySource(int size, long count, int classes = 0) : IImageSource
{
    public string Name => "noise";

    public long? Count => count;

    public int Size => size;

    public string ContentHash => $"{size} x {count}";

    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(static i => $"class {i}")];

    public int Label(long index) => (int)(index % Math.Max(1, classes));

    public void Read(long index, Span<byte> pixels) => new Random((int)index).NextBytes(pixels);

    public void Dispose()
    {
    }
}
