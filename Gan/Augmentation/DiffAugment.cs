using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Augmentation;

/// <summary>
/// DiffAugment (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", section 3.2): colour,
/// translation and cutout of each image, always, with values of its own. Nothing is clamped afterwards.
/// </summary>
public sealed class DiffAugment : ImageAugmentation
{
    /// <summary>Rows of the table of numbers: one column is an image's.</summary>
    public const int Numbers = 7;

    const int Brightness = 0, Saturation = 1, Contrast = 2, Down = 3, Right = 4, CutRow = 5, CutColumn = 6;
    readonly bool _color, _translation, _cutout;

    /// <param name="device">Where the images are.</param>
    /// <param name="size">Their side.</param>
    /// <param name="policy">Some of color, translation and cutout, with commas between.</param>
    /// <exception cref="ArgumentException">It is another policy.</exception>
    public DiffAugment(Device device, int size, string policy) : base(Given(device, policy), size)
    {
        (_color, _translation, _cutout) = (AugmentationPolicy.Has(policy, "color"), AugmentationPolicy.Has(policy, "translation"),
            AugmentationPolicy.Has(policy, "cutout"));
        if (AugmentationPolicy.Is(policy) && (_color || _translation || _cutout)) return;
        Grid.Dispose();
        throw new ArgumentException($"DiffAugment: \"{policy}\" is none of {string.Join(", ", AugmentationPolicy.Parts)}.");
    }

    static Device Given(Device device, string policy)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(policy);
        return device;
    }

    /// <inheritdoc/>
    public override Tensor Upright(Tensor images, Rng random)
    {
        Check(images);
        ArgumentNullException.ThrowIfNull(random);
        return Apply(images, random.Uniform(new Shape(Numbers, images.Shape[0]), batchAxis: 1));
    }

    /// <inheritdoc/>
    public override Tensor Turned(Tensor images, Rng random)
    {
        Check(images);
        ArgumentNullException.ThrowIfNull(random);
        if (!_translation) return images;
        var numbers = random.Uniform(new Shape(Numbers, images.Shape[0]), batchAxis: 1);
        return Translated(images.Cast(DType.F32), numbers).Cast(images.Type);
    }

    /// <summary>The same with given numbers.</summary>
    /// <param name="images">(N, S, S, 3).</param>
    /// <param name="numbers">
    /// (7, N) in [0, 1): brightness, saturation, contrast, shift of rows and of columns, row and column of the cut's centre.
    /// </param>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    public Tensor Apply(Tensor images, Tensor numbers)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(numbers);
        Check(images);
        if (numbers.Shape != new Shape(Numbers, images.Shape[0]))
            throw new ArgumentException(
                $"DiffAugment: numbers {numbers.Shape} should be ({Numbers}, {images.Shape[0]}), a column for each image.");
        var x = images.Cast(DType.F32);
        if (_color) x = Coloured(x, numbers);
        if (_translation) x = Translated(x, numbers);
        if (_cutout) x *= Kept(numbers);
        return x.Cast(images.Type);
    }

    /// <summary>
    /// x + b, then m + s·(x − m) about the mean m of a pixel's channels, then M + c·(x − M) about the mean M of the image, with b
    /// in [−½, ½), s in [0, 2) and c in [½, 1½). b cancels from the differences, so all is c·s·x + c·(1 − s)·m + (1 − c)·M + b of
    /// the first means: two passes over the image, and some over its third.
    /// </summary>
    static Tensor Coloured(Tensor x, Tensor numbers)
    {
        var (b, s, c) = (Row(numbers, Brightness, 4) - 0.5f, Row(numbers, Saturation, 4) * 2, Row(numbers, Contrast, 4) + 0.5f);
        var pixel = x.Mean([3], keepDims: true);
        var image = pixel.Mean([1, 2], keepDims: true);
        return x * (c * s) + (pixel * (c - c * s) + (image * (1 - c) + b));
    }

    /// <summary>Moves the image by whole pixels, uniform in ±round(S / 8) along each axis; zeros come in.</summary>
    Tensor Translated(Tensor x, Tensor numbers)
    {
        int most = Rounded(Size, 8);
        return Resampled(x, Grid + (Whole(Row(numbers, Down, 2), 2 * most + 1) - most),
            Grid + (Whole(Row(numbers, Right, 2), 2 * most + 1) - most));
    }

    /// <summary>
    /// (N, S, S, 1): 0 in a square of side round(S / 2) whose centre is uniform over the image, clipped by its border; else 1.
    /// </summary>
    Tensor Kept(Tensor numbers)
    {
        int side = Rounded(Size, 2), places = Size + 1 - side % 2;
        var (rows, columns) = (Inside(CutRow), Inside(CutColumn));
        return 1 - rows.Reshape(-1, Size, 1, 1) * columns.Reshape(-1, 1, Size, 1);

        // Of the lines first to first + side - 1 the middle lies less than side / 2 away.
        Tensor Inside(int row)
        {
            var middle = Whole(Row(numbers, row, 2), places) + ((side - 1) / 2f - side / 2);
            return (side / 2f - (Grid - middle).Abs()).Relu().Sign();
        }
    }

    /// <summary>size / parts, halves up.</summary>
    static int Rounded(int size, int parts) => (2 * size + parts) / (2 * parts);
}
