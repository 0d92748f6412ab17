using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Augmentation;

/// <summary>
/// Adaptive augmentation (Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data", appendix B, its
/// pipeline "bgc"): each of many changes happens to each image with one probability p, which rises while the discriminator is too
/// sure of real images and falls while it is not. Left out are turns by any angle, and so is a stretch along any axis but those
/// of the image: images are resampled bilinearly along rows and columns, with zeros beyond the border.
/// </summary>
public sealed class AdaptiveAugmentation : ImageAugmentation
{
    /// <summary>Rows of the table of uniform numbers in [0, 1): one column is an image's.</summary>
    public const int Uniforms = 16;

    /// <summary>Rows of the table of standard normal numbers.</summary>
    public const int Normals = 9;

    // Of each kind the first uniform number says whether it happens.
    const int Flip = 0, Turn = 2, Shift = 4, Scale = 7, Stretch = 8, Fraction = 9, Brightness = 10, Contrast = 11, LumaFlip = 12,
        Hue = 14, Saturation = 15;
    const int ScaleBy = 0, StretchBy = 1, FractionBy = 2, BrightnessBy = 4, ContrastBy = 5, HueBy = 6, SaturationBy = 8;

    const float LargestShift = 0.125f, ScaleDeviation = 0.2f, FractionDeviation = 0.125f, BrightnessDeviation = 0.2f,
        ContrastDeviation = 0.5f, SaturationDeviation = 1;

    static readonly float s_ln2 = MathF.Log(2);

    readonly bool _keepsUpright;
    readonly AdaptiveProbability _probability;
    readonly Tensor _same, _mean, _cross;

    /// <param name="device">Where the images are.</param>
    /// <param name="size">Their side.</param>
    /// <param name="target">What the mean sign of logits of real images is kept at.</param>
    /// <param name="keepsUpright">Whether quarter turns are left out.</param>
    public AdaptiveAugmentation(Device device, int size, float target, bool keepsUpright) : base(device, size)
    {
        _keepsUpright = keepsUpright;
        _probability = new AdaptiveProbability(device, target);
        _same = Matrix(device, 1, 0, 0, 0, 1, 0, 0, 0, 1);
        float third = 1 / 3f, root = 1 / MathF.Sqrt(3);
        _mean = Matrix(device, third, third, third, third, third, third, third, third, third);
        _cross = Matrix(device, 0, root, -root, -root, 0, root, root, -root, 0);
    }

    /// <inheritdoc/>
    public override Module State => _probability;

    /// <inheritdoc/>
    public override Tensor Upright(Tensor images, Rng random)
    {
        Check(images);
        ArgumentNullException.ThrowIfNull(random);
        var (uniforms, normals) = Draw(images.Shape[0], random);
        return Apply(images, uniforms, normals);
    }

    /// <inheritdoc/>
    public override Tensor Turned(Tensor images, Rng random)
    {
        Check(images);
        ArgumentNullException.ThrowIfNull(random);
        var (uniforms, normals) = Draw(images.Shape[0], random);
        using var scope = images.Device.Scope();
        var (down, right) = (Pixels(uniforms, 1) + Fractional(uniforms, normals, 0),
            Pixels(uniforms, 2) + Fractional(uniforms, normals, 1));
        return Resampled(images.Cast(DType.F32), Grid - down, Grid - right).Cast(images.Type).Keep();
    }

    /// <inheritdoc/>
    public override void Observe(Tensor onReal, Action<string, Tensor> report)
    {
        base.Observe(onReal, report);
        _probability.Observe(onReal, report);
    }

    /// <inheritdoc/>
    internal override void Distribute(ICommunicator ranks) => _probability.Ranks = ranks;

    /// <summary>The same with given numbers.</summary>
    /// <param name="images">(N, S, S, 3).</param>
    /// <param name="uniforms">(16, N) in [0, 1).</param>
    /// <param name="normals">(9, N), standard normal.</param>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    public Tensor Apply(Tensor images, Tensor uniforms, Tensor normals)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(uniforms);
        ArgumentNullException.ThrowIfNull(normals);
        Check(images);
        int n = images.Shape[0];
        if (uniforms.Shape != new Shape(Uniforms, n) || normals.Shape != new Shape(Normals, n))
            throw new ArgumentException($"AdaptiveAugmentation: numbers {uniforms.Shape} and {normals.Shape} should be "
                + $"({Uniforms}, {n}) and ({Normals}, {n}), a column for each image.");
        using var scope = images.Device.Scope();
        var x = images.Cast(DType.F32);
        if (!_keepsUpright)
        {
            var turns = Happens(uniforms, Turn, 1) * Whole(Row(uniforms, Turn + 1, 1), 4);
            x = x.Rotate90(turns.Cast(DType.I32));
        }
        return Coloured(Moved(x, uniforms, normals), uniforms, normals).Cast(images.Type).Keep();
    }

    /// <summary>
    /// Mirrors left to right or not; moves by whole pixels, uniform up to an eighth of the side; scales by 2^(0.2·n); stretches
    /// the columns and shrinks the rows by another 2^(0.2·n); moves by 0.125·n of the side.
    /// </summary>
    Tensor Moved(Tensor x, Tensor uniforms, Tensor normals)
    {
        float centre = (Size - 1) / 2f;
        var mirror = 1 - 2 * (Happens(uniforms, Flip, 2) * Whole(Row(uniforms, Flip + 1, 2), 2));
        // Their logarithms; 1 / e^a is e^−a.
        var scale = Happens(uniforms, Scale, 2) * Row(normals, ScaleBy, 2) * (ScaleDeviation * s_ln2);
        var stretch = Happens(uniforms, Stretch, 2) * Row(normals, StretchBy, 2) * (ScaleDeviation * s_ln2);
        // From a place in the result back to where it comes from.
        var rows = (Grid - centre - Fractional(uniforms, normals, 0)) * (stretch - scale).Exp() - Pixels(uniforms, 1) + centre;
        var columns = ((Grid - centre - Fractional(uniforms, normals, 1)) * (scale + stretch).Neg().Exp() - Pixels(uniforms, 2))
            * mirror + centre;
        return Resampled(x, rows, columns);
    }

    /// <summary>
    /// A pixel is its mean m and a rest q of the mean 0. Brightness adds b to m, contrast scales both by c, the flip of luma
    /// changes m's sign, hue turns q about the axis of greys, and saturation scales it by s: l·c·(m + b) + s·c·(cos θ·q + sin
    /// θ·(v × q)) with v along the greys, a matrix of 3 x 3 and a number to add.
    /// </summary>
    Tensor Coloured(Tensor x, Tensor uniforms, Tensor normals)
    {
        int n = x.Shape[0];
        var b = Happens(uniforms, Brightness, 3) * Row(normals, BrightnessBy, 3) * BrightnessDeviation;
        var c = (Happens(uniforms, Contrast, 3) * Row(normals, ContrastBy, 3) * (ContrastDeviation * s_ln2)).Exp();
        var l = (1 - 2 * (Happens(uniforms, LumaFlip, 3) * Whole(Row(uniforms, LumaFlip + 1, 3), 2))) * c;
        var s = (Happens(uniforms, Saturation, 3) * Row(normals, SaturationBy, 3) * (SaturationDeviation * s_ln2)).Exp() * c;
        // A pair of normal numbers points in any direction alike.
        var (across, along) = (Row(normals, HueBy, 3), Row(normals, HueBy + 1, 3));
        var (turns, length) = (Happens(uniforms, Hue, 3), (across.Square() + along.Square() + 1e-12f).Rsqrt());
        var (cosine, sine) = (1 + turns * (across * length - 1), turns * (along * length));
        var rest = s * cosine;
        var matrix = rest * _same + (l - rest) * _mean + s * sine * _cross;
        return (x.Reshape(n, Size * Size, 3).MatMul(matrix) + l * b).Reshape(x.Shape);
    }

    static (Tensor Uniforms, Tensor Normals) Draw(int count, Rng random) =>
        (random.Uniform(new Shape(Uniforms, count), batchAxis: 1), random.Normal(new Shape(Normals, count), batchAxis: 1));

    /// <summary>1 with the probability p, else 0.</summary>
    Tensor Happens(Tensor uniforms, int row, int rank) => (_probability.Value - Row(uniforms, row, rank)).Relu().Sign();

    /// <summary>Whole pixels by which rows (1) or columns (2) move, (N, 1).</summary>
    Tensor Pixels(Tensor uniforms, int axis)
    {
        var pixels = Row(uniforms, Shift + axis, 2).Affine(2 * LargestShift * Size, -LargestShift * Size);
        return Happens(uniforms, Shift, 2) * pixels.Cast(DType.I32).Cast(DType.F32);
    }

    /// <summary>Pixels by which rows (0) or columns (1) move, (N, 1).</summary>
    Tensor Fractional(Tensor uniforms, Tensor normals, int axis) =>
        Happens(uniforms, Fraction, 2) * Row(normals, FractionBy + axis, 2) * (FractionDeviation * Size);

    /// <summary>Transposed, since pixels are rows.</summary>
    static Tensor Matrix(Device device, params ReadOnlySpan<float> values) => device.From(values, new Shape(1, 3, 3)).Own();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var constant in (ReadOnlySpan<Tensor>)[_same, _mean, _cross]) constant.Dispose();
        base.Dispose(disposing);
    }
}
