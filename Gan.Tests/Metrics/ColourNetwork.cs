using Ssgan.Gan.Metrics.Networks;

namespace Ssgan.Tests.Metrics;

/// <summary>A feature network of no weights: mean colours of the four quarters of an image, and logits of them.</summary>
sealed class ColourNetwork(int classes = 0, string name = "colours") : IFeatureNetwork
{
    const int Cells = 2, Colours = Cells * Cells * 3;

    public FeatureNetworkInfo Info { get; } = new(name, "c0104e", Colours, classes);

    /// <summary>How many images it was asked about.</summary>
    public int Images { get; private set; }

    public FeatureBatch Read(ReadOnlySpan<byte> pixels, int count, int size)
    {
        Images += count;
        float[] features = new float[count * Colours], logits = new float[count * classes];
        int side = size / Cells;
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % 3, x = i / 3 % size, y = i / 3 / size % size, image = i / 3 / size / size;
            features[image * Colours + (y / side * Cells + x / side) * 3 + channel] += pixels[i] / (255f * side * side);
        }
        for (int i = 0; i < logits.Length; i++) logits[i] = 4 * features[i / classes * Colours + i % classes];
        return new(features, logits);
    }

    public void Dispose()
    {
    }
}
