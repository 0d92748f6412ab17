using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>What a network says about images: a row of finite numbers for each.</summary>
public sealed class FeatureSet
{
    // Streams of one seed that must not coincide with those of other draws.
    const ulong SampleStream = 0x5A4D;
    readonly float[] _values;

    /// <summary>Rows of features. The array is kept, not copied: it must not change any more.</summary>
    /// <param name="values">Row-major, (count, dimensions).</param>
    /// <param name="dimensions">The length of a row, at least 1.</param>
    /// <exception cref="ArgumentException">The values are no whole number of rows, or one is not finite.</exception>
    public FeatureSet(float[] values, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (dimensions < 1) throw new ArgumentException($"FeatureSet: a row has 1 dimension or more, not {dimensions}.");
        if (values.Length % dimensions != 0)
            throw new ArgumentException($"FeatureSet: {values.Length} values are no whole number of rows of {dimensions}.");
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new ArgumentException(
                    $"FeatureSet: feature {i % dimensions} of row {i / dimensions} is {values[i]}, not a finite number.");
        }
        _values = values;
        Dimensions = dimensions;
        Count = values.Length / dimensions;
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Length of a row.</summary>
    public int Dimensions { get; }

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
            return _values.AsSpan(row * Dimensions, Dimensions);
        }
    }

    /// <summary>All rows, row-major.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>A copy of some rows, in the order named; a row may be named more than once.</summary>
    public FeatureSet Take(ReadOnlySpan<int> rows)
    {
        float[] taken = new float[checked(rows.Length * Dimensions)];
        for (int i = 0; i < rows.Length; i++) this[rows[i]].CopyTo(taken.AsSpan(i * Dimensions));
        return new FeatureSet(taken, Dimensions);
    }

    /// <summary>
    /// A copy of so many rows, drawn without replacement: the first of a Fisher-Yates shuffle that a splitmix64 stream of the
    /// seed drives.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer rows.</exception>
    public FeatureSet Sample(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > Count) throw new ArgumentException($"FeatureSet: {count} rows are asked of {Count}.");
        return Take(Subset.Draw(SplitMix.For(seed, SampleStream), Count, count));
    }
}
