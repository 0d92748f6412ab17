using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Batch normalisation of (N, H, W, C) with a scale and a shift a class (de Vries et al. 2017; Miyato and Koyama 2018), both in
/// one table, as Mimicry keeps them: gamma starts as N(1, 0.02), beta as 0.
/// </summary>
public sealed class ConditionalBatchNorm2d : Module
{
    const float GammaStd = 0.02f;
    readonly int _channels;
    readonly float _epsilon, _momentum;
    readonly RunningStatistics _statistics;
    readonly Embedding _embed;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="channels">Channels C of x.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="momentum">Weight of the batch in the running statistics.</param>
    public ConditionalBatchNorm2d(Rng random, int classes, int channels, float epsilon = 1e-5f, float momentum = 0.1f)
    {
        ArgumentNullException.ThrowIfNull(random);
        (_channels, _epsilon, _momentum) = (channels, epsilon, momentum);
        _statistics = Child("bn", new RunningStatistics(random.Device, channels));
        _embed = Child("embed", new Embedding(random, classes, 2 * channels, FirstTable));
    }

    /// <summary>(K, 2C): each class's gamma, then its beta.</summary>
    public Tensor Table => _embed.Weight;

    /// <summary>Used in evaluation.</summary>
    public RunningStatistics Statistics => _statistics;

    /// <summary>Normalises images, of which image i is of class classes[i]; with <paramref name="relu"/> ReLU follows.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="classes">I32 (N) in [0, K).</param>
    /// <param name="relu">Whether ReLU follows, in training in the same pass.</param>
    public Tensor Forward(Tensor x, Tensor classes, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(classes);
        var (gamma, beta) = (Table.Slice(1, 0, _channels), Table.Slice(1, _channels, _channels));
        return _statistics.Normalize(x, gamma, beta, classes, Training, _epsilon, _momentum, relu);
    }

    static Tensor FirstTable(Rng random, Shape shape, int rows, int features)
    {
        var gamma = new Shape(shape[0], shape[1] / 2);
        using var values = random.Normal(gamma);
        values.Backend.Unary(new Affine(GammaStd, 1), values.View, values.MutableView);
        var table = random.Device.Zeros(shape);
        table.Backend.CopyBox(values.View, [0, 0], table.MutableView, [0, 0], [gamma[0], gamma[1]]);
        return table;
    }
}
