namespace Ssgan.Gan.Metrics.Networks;

/// <summary>A network whose features of images metrics compare.</summary>
public interface IFeatureNetwork : IDisposable
{
    /// <summary>What it is.</summary>
    FeatureNetworkInfo Info { get; }

    /// <summary>Features of images, in their order.</summary>
    /// <param name="pixels">RGB images, rows from the top, interleaved: count · size · size · 3 bytes.</param>
    /// <param name="count">How many.</param>
    /// <param name="size">Their side.</param>
    /// <exception cref="ArgumentException">The bytes are not so many, or the network takes images of another size.</exception>
    FeatureBatch Read(ReadOnlySpan<byte> pixels, int count, int size);
}

/// <summary>What a network says of images, row-major, a row for each.</summary>
/// <param name="Features">As many as <see cref="FeatureNetworkInfo.Dimensions"/> in a row.</param>
/// <param name="Logits">As many as <see cref="FeatureNetworkInfo.Classes"/> in a row; empty where it does not classify.</param>
public readonly record struct FeatureBatch(float[] Features, float[] Logits);

/// <summary>Which network it is, for who compares scores.</summary>
/// <param name="Name">Its name, which scores have behind theirs.</param>
/// <param name="Sha256">Of its weights' file, in hexadecimal; empty where they are of no file.</param>
/// <param name="Dimensions">Features of an image.</param>
/// <param name="Classes">Logits of an image; 0 where it does not classify.</param>
public sealed record FeatureNetworkInfo(string Name, string Sha256, int Dimensions, int Classes);
