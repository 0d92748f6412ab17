using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Metrics.Networks;

/// <summary>
/// What a discriminator's head sees, as features of images: for a curve of a run's health and nothing else, since the network
/// moves while it trains and knows the generator that it would judge.
/// </summary>
public sealed class DiscriminatorFeatures : IFeatureNetwork
{
    readonly Discriminator _discriminator;
    readonly int _batch;

    /// <param name="discriminator">The network, which stays its owner's; it is evaluated, and its mode restored.</param>
    /// <param name="batch">Images at a time, at most.</param>
    /// <exception cref="ArgumentException">The network tells no features.</exception>
    public DiscriminatorFeatures(Discriminator discriminator, int batch = 64)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_discriminator, _batch) = (discriminator, batch);
        int side = discriminator.Size, dimensions = Features(new byte[side * side * 3], 1).Length;
        Info = new FeatureNetworkInfo("discriminator", "", dimensions, 0);
    }

    /// <inheritdoc/>
    public FeatureNetworkInfo Info { get; }

    /// <inheritdoc/>
    public FeatureBatch Read(ReadOnlySpan<byte> pixels, int count, int size)
    {
        PixelGuard.Check(pixels, count, size);
        if (size != _discriminator.Size)
            throw new ArgumentException($"The discriminator takes images of {_discriminator.Size} pixels; these have {size}.");
        float[] features = new float[count * Info.Dimensions];
        int image = size * size * 3;
        for (int first = 0; first < count; first += _batch)
        {
            int some = Math.Min(_batch, count - first);
            Features(pixels.Slice(first * image, some * image), some).CopyTo(features, first * Info.Dimensions);
        }
        return new FeatureBatch(features, []);
    }

    /// <summary>Does nothing: the discriminator is its owner's.</summary>
    public void Dispose()
    {
    }

    float[] Features(ReadOnlySpan<byte> pixels, int count)
    {
        int side = _discriminator.Size;
        float[] values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++) values[i] = pixels[i] / 127.5f - 1;
        var device = _discriminator.Parameters[0].Device;
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        bool training = _discriminator.Training;
        _discriminator.Eval();
        try
        {
            // Features do not depend on the class.
            var labels = _discriminator.Classes > 0 ? device.From(new int[count], new Shape(count)) : null;
            var output = _discriminator.Forward(device.From(values, new Shape(count, side, side, 3)), labels);
            return (output.Features ?? throw new ArgumentException("The discriminator tells no features.")).ToArray();
        }
        finally
        {
            _discriminator.Train(training);
        }
    }
}
