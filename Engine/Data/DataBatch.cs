using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Data;

/// <summary>A batch in the host's memory; the reader may overwrite it.</summary>
/// <param name="Samples">The values, row-major.</param>
/// <param name="Labels">A label of each, or null.</param>
/// <param name="Shape">(N, sample).</param>
/// <param name="Position">Where it stands in the order.</param>
public sealed record DataBatch(float[] Samples, int[]? Labels, Shape Shape, DataPosition Position)
{
    /// <summary>Number of samples N.</summary>
    public int Count => Shape[0];

    /// <summary>The samples on a device: F32 (N, sample), of the innermost tensor scope.</summary>
    public Tensor SamplesOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.From(Samples, Shape);
    }

    /// <summary>The labels on a device: I32 (N), of the innermost tensor scope.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public Tensor LabelsOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.From(Labels ?? throw new InvalidOperationException("DataBatch: the samples have no labels."),
            new Shape(Count));
    }
}

/// <summary>A place in a loader's order.</summary>
/// <param name="Epoch">Passes over all samples before it.</param>
/// <param name="Batch">Batches of the pass before it.</param>
public readonly record struct DataPosition(long Epoch, int Batch);
