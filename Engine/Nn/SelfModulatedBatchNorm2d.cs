namespace Ssgan.Engine.Nn;

/// <summary>
/// Batch normalisation of (N, H, W, C) whose scale and shift are functions of the latent vector (Chen et al. 2019, "On
/// self-modulation for generative adversarial networks", eq. 3 and 4): h = ReLU(U·z + b), gamma(z) = V·h + c, beta(z) = W·h + d.
/// As in compare_gan weights start as N(0, 0.02), the bias of gamma as 1 and all others as 0.
/// </summary>
public sealed class SelfModulatedBatchNorm2d : Module
{
    const float WeightStd = 0.02f;
    readonly float _epsilon, _momentum;
    readonly RunningStatistics _statistics;
    readonly Linear _hidden, _gamma, _beta;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="latent">Features of z.</param>
    /// <param name="channels">Channels C of x.</param>
    /// <param name="hidden">Units of h.</param>
    /// <param name="spectral">Whether the three weights are divided by their spectral norms.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="momentum">Weight of the batch in the running statistics.</param>
    public SelfModulatedBatchNorm2d(Rng random, int latent, int channels, int hidden = 32, bool spectral = false,
        float epsilon = 1e-5f, float momentum = 0.1f)
    {
        ArgumentNullException.ThrowIfNull(random);
        (_epsilon, _momentum) = (epsilon, momentum);
        var weight = Init.Normal(WeightStd);
        _statistics = Child("bn", new RunningStatistics(random.Device, channels));
        _hidden = Child("hidden", new Linear(random, latent, hidden, weight, Init.Zeros, spectral));
        _gamma = Child("gamma", new Linear(random, hidden, channels, weight,
            static (random, shape, _, _) => random.Device.Full(shape, 1), spectral));
        _beta = Child("beta", new Linear(random, hidden, channels, weight, Init.Zeros, spectral));
    }

    /// <summary>Used in evaluation.</summary>
    public RunningStatistics Statistics => _statistics;

    /// <summary>Normalises images, image i by its own z; with <paramref name="relu"/> ReLU follows.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="z">(N, latent).</param>
    /// <param name="relu">Whether ReLU follows, in training in the same pass.</param>
    public Tensor Forward(Tensor x, Tensor z, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(z);
        var h = _hidden.Forward(z).Relu();
        // Each image is a class of its own, so the kernels of conditional batch norm do this.
        var images = Tensor.Positions(z.Device, z.Shape[0]);
        return _statistics.Normalize(x, _gamma.Forward(h), _beta.Forward(h), images, Training, _epsilon, _momentum, relu);
    }
}
