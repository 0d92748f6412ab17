using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Self-attention of images (N, H, W, C) (Zhang et al. 2019, eq. 1 to 3, with keys and values pooled to half the side as in the
/// authors' code): x + gamma·o(softmax(theta(x)·phi(x)ᵀ)·g(x)), gamma a scalar that starts at 0. All four are 1 x 1 convolutions
/// without bias and with PyTorch's default weights. Scores are not divided by √d.
/// </summary>
public sealed class SelfAttention2d : Layer
{
    // C / 8 channels are compared, C / 2 are taken.
    const int KeyShare = 8, ValueShare = 2;
    readonly Conv2d _theta, _phi, _g, _o;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="channels">Channels C of x, at least 8.</param>
    /// <param name="spectral">Whether the four weights are divided by their spectral norms.</param>
    /// <exception cref="ArgumentException">There are fewer than 8 channels.</exception>
    public SelfAttention2d(Rng random, int channels, bool spectral = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (channels < KeyShare)
            throw new ArgumentException(
                $"SelfAttention2d: an eighth of {channels} channels is none; at least {KeyShare} are needed.");
        int keys = channels / KeyShare, values = channels / ValueShare;
        Gamma = Parameter("gamma", random.Device.Scalar(0));
        _theta = Child("theta", Map(channels, keys));
        _phi = Child("phi", Map(channels, keys));
        _g = Child("g", Map(channels, values));
        _o = Child("o", Map(values, channels));

        Conv2d Map(int inputs, int outputs) =>
            new(random, inputs, outputs, 1, weight: Init.PyTorchWeight, spectral: spectral, hasBias: false);
    }

    /// <summary>How much of what is attended to is added: a scalar.</summary>
    public Tensor Gamma { get; }

    /// <summary>(N, H, W, C) to the same. Scores and their softmax are F32, whatever the type of x.</summary>
    /// <exception cref="ArgumentException">Not images of C channels, or smaller than 2 x 2.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var queries = Rows(_theta.Forward(x).Cast(DType.F32));
        var keys = Rows(_phi.Forward(x).Cast(DType.F32).MaxPool2d());
        var values = Rows(_g.Forward(x).Cast(DType.F32).MaxPool2d());
        var taken = queries.MatMul(keys, transposeB: true).Softmax().MatMul(values);
        var image = taken.Reshape(x.Shape[0], x.Shape[1], x.Shape[2], taken.Shape[2]);
        return x + _o.Forward(image.Cast(x.Type)) * Gamma;
    }

    /// <summary>(N, pixels, C) of images.</summary>
    static Tensor Rows(Tensor x) => x.Reshape(x.Shape[0], x.Shape[1] * x.Shape[2], x.Shape[3]);
}
