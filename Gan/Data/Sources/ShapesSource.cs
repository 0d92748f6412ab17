using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// An endless set of small scenes (houses, trees, boats, faces under a sky), drawn on demand: nothing to download. Image i of a
/// seed is the same picture on every machine, and at every size.
/// </summary>
public sealed class ShapesSource : IImageSource
{
    // Raised whenever a pixel of the set changes, so that recorded hashes tell the sets apart.
    const int Version = 1;

    readonly ulong _seed;

    /// <summary>The set of a seed at a size of 8 to 1024 pixels.</summary>
    /// <exception cref="ArgumentException">The size is outside that range.</exception>
    public ShapesSource(int size, ulong seed = 0)
    {
        ImageSourceGuard.Size("shapes", size, 8, 1024);
        Size = size;
        _seed = seed;
        ContentHash =
            Convert.ToHexStringLower(Sha256.HashData(Encoding.UTF8.GetBytes($"shapes v{Version} size {size} seed {seed}")));
    }

    /// <inheritdoc/>
    public string Name => "shapes";

    /// <inheritdoc/>
    public long? Count => null;

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <summary>The subjects: house, tree, boat, face.</summary>
    public IReadOnlyList<string> Classes => ShapesScene.Subjects;

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        SplitMix random = SplitMix.For(_seed, (ulong)index);
        // Blending starts from what is there, and even a full cover rounds through it: a reused buffer must not matter.
        pixels.Clear();
        ShapesScene.Draw(new ShapesCanvas(pixels, Size), ref random);
    }

    /// <inheritdoc/>
    public int Label(long index)
    {
        ImageSourceGuard.Label(this, index);
        SplitMix random = SplitMix.For(_seed, (ulong)index);
        return ShapesScene.Subject(ref random);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
