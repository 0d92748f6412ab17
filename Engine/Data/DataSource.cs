using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Data;

/// <summary>Samples of one shape that can be read by index, from several threads at a time, and their labels.</summary>
public sealed class DataSource
{
    readonly Action<int, Memory<float>> _read;
    readonly int[]? _labels;

    /// <summary>Samples from anywhere.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="sample">The shape of one.</param>
    /// <param name="read">Fills the memory with the values of the sample of an index, row-major; called from several
    /// threads.</param>
    /// <param name="labels">A label of each, or null.</param>
    /// <exception cref="ArgumentException">There are none, they have no values, or not as many labels.</exception>
    public DataSource(int count, Shape sample, Action<int, Memory<float>> read, int[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (count < 1 || sample.Count < 1)
            throw new ArgumentException($"DataSource: {count} samples of shape {sample} are none.");
        if (sample.Count > int.MaxValue)
            throw new ArgumentException($"DataSource: a sample of shape {sample} has more than 2^31 - 1 values.");
        if (labels is not null && labels.Length != count)
            throw new ArgumentException($"DataSource: {labels.Length} labels were given for {count} samples.");
        (Count, Sample, _read, _labels) = (count, sample, read, labels);
    }

    /// <summary>Number of samples.</summary>
    public int Count { get; }

    /// <summary>The shape of one sample.</summary>
    public Shape Sample { get; }

    /// <summary>Whether there are labels.</summary>
    public bool HasLabels => _labels is not null;

    /// <summary>Samples that lie in an array one behind the other; it is read where it is, not copied.</summary>
    /// <exception cref="ArgumentException">The array is no whole number of samples, or as above.</exception>
    public static DataSource From(float[] values, Shape sample, int[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Samples(values.Length, sample), sample, (i, to) =>
            values.AsSpan(i * (int)sample.Count, (int)sample.Count).CopyTo(to.Span), labels);
    }

    /// <summary>Samples of bytes, such as pixels: value·scale + shift. The array is read where it is.</summary>
    /// <exception cref="ArgumentException">The array is no whole number of samples, or as above.</exception>
    public static DataSource From(byte[] values, Shape sample, int[]? labels = null, float scale = 1f / 255, float shift = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(Samples(values.Length, sample), sample, (i, to) =>
        {
            var bytes = values.AsSpan(i * (int)sample.Count, (int)sample.Count);
            for (int k = 0; k < bytes.Length; k++) to.Span[k] = bytes[k] * scale + shift;
        }, labels);
    }

    /// <summary>A copy of tensors: samples F32 (N, …) of any device, labels I32 (N).</summary>
    /// <exception cref="ArgumentException">A scalar, or as above.</exception>
    /// <exception cref="InvalidOperationException">Another element type.</exception>
    public static DataSource From(Tensor samples, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Shape.Rank == 0) throw new ArgumentException("DataSource: a scalar has no samples.");
        Span<int> dims = stackalloc int[samples.Shape.Rank];
        samples.Shape.CopyTo(dims);
        return From(samples.ToArray(), new Shape(dims[1..]), labels?.ToArray<int>());
    }

    internal void Read(int index, Memory<float> values) => _read(index, values);

    internal int Label(int index) => _labels![index];

    static int Samples(int values, Shape sample) => sample.Count > 0 && values % sample.Count == 0 ? (int)(values / sample.Count)
        : throw new ArgumentException($"DataSource: {values} values are no whole number of samples {sample}.");
}
