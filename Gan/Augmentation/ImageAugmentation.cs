using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Augmentation;

/// <summary>
/// Random changes of images, real and generated, on their way into a discriminator, so that it cannot learn a few real ones by
/// heart. Gradients flow through them to the images. Numbers are drawn on the device, a set for each image, so that updates can
/// be captured. Images (N, S, S, 3) are F32 or BF16, and stay so; what is computed is F32.
/// </summary>
public abstract class ImageAugmentation : IDisposable
{
    /// <param name="device">Where the images are.</param>
    /// <param name="size">Their side.</param>
    protected ImageAugmentation(Device device, int size)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        Grid = device.From([.. Enumerable.Range(0, size).Select(static i => (float)i)], new Shape(size)).Own();
    }

    /// <summary>Image side.</summary>
    public int Size { get; }

    /// <summary>0, 1, … S − 1 (S); kept, as captured updates read it at every replay.</summary>
    protected Tensor Grid { get; }

    /// <summary>What it keeps of the updates so far and a checkpoint has to save; null for nothing.</summary>
    public virtual Module? State => null;

    /// <summary>Changed images.</summary>
    /// <param name="images">(N, S, S, 3).</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public abstract Tensor Upright(Tensor images, Rng random);

    /// <summary>
    /// Images of a task that asks how far they were turned: shifted at most, since whatever turns or hides would change the
    /// answer.
    /// </summary>
    /// <param name="images">(M, S, S, 3).</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public abstract Tensor Turned(Tensor images, Rng random);

    /// <summary>Told of each update of the discriminator what it said of real images (N, 1), before the update.</summary>
    /// <param name="onReal">The logits.</param>
    /// <param name="report">Told what it made of them: a scalar by its name.</param>
    public virtual void Observe(Tensor onReal, Action<string, Tensor> report)
    {
        ArgumentNullException.ThrowIfNull(onReal);
        ArgumentNullException.ThrowIfNull(report);
    }

    /// <summary>Refuses other images.</summary>
    protected void Check(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || images.Shape[1] != Size || images.Shape[2] != Size || images.Shape[3] != 3)
            throw new ArgumentException($"The augmentation takes images (N, {Size}, {Size}, 3); these are {images.Shape}.");
    }

    /// <summary>What adapts to images goes by those of all ranks from here on.</summary>
    internal virtual void Distribute(ICommunicator ranks)
    {
    }

    /// <summary>Images with all rows and all columns resampled; see <see cref="AxisSampling"/>.</summary>
    /// <param name="images">F32 (N, S, S, 3).</param>
    /// <param name="rows">Where the rows of each image come from, (N, S).</param>
    /// <param name="columns">Where its columns come from, (N, S).</param>
    protected Tensor Resampled(Tensor images, Tensor rows, Tensor columns) =>
        AxisSampling.Sample(images, AxisSampling.Weights(rows, Grid), AxisSampling.Weights(columns, Grid));

    /// <summary>A number of each image out of a table (K, N), as (N, 1, …).</summary>
    protected static Tensor Row(Tensor table, int row, int rank)
    {
        ArgumentNullException.ThrowIfNull(table);
        Span<int> dims = stackalloc int[rank];
        dims.Fill(1);
        dims[0] = table.Shape[1];
        return table.Slice(0, row, 1).Reshape(new Shape(dims));
    }

    /// <summary>⌊bound·u⌋ of numbers in [0, 1), whole ones in [0, bound).</summary>
    protected static Tensor Whole(Tensor uniform, int bound)
    {
        ArgumentNullException.ThrowIfNull(uniform);
        // A cast rounds, so half a step down it cuts off.
        return uniform.Affine(bound, -0.5f).Cast(DType.I32).Cast(DType.F32);
    }

    /// <summary>Frees constants.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees constants; <see cref="State"/> is its holder's.</summary>
    protected virtual void Dispose(bool disposing) => Grid.Dispose();
}
