namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// Rows about a centre, as single-precision products take them: s(x − c), computed in double and rounded once. Distances do not
/// change by moving the origin, and inner products by what can be added in double; but with the origin in the middle of the
/// rows a product in single precision loses little where it would lose all in features with a large common part.
/// </summary>
sealed class CentredRows
{
    readonly FeatureSet _set;
    readonly double[] _centre;

    CentredRows(FeatureSet set, double[] centre, double scale, double[] norms)
    {
        (_set, _centre, Scale) = (set, centre, scale);
        foreach (ref double norm in norms.AsSpan()) norm *= scale;
        Norms = norms;
    }

    /// <summary>Sets about one centre and in one scale: the longest row has a length of ½ to 1.</summary>
    internal static CentredRows[] Of(double[] centre, int threads, params FeatureSet[] sets)
    {
        double[][] norms = [.. sets.Select(set => Lengths(set, centre, threads))];
        double longest = norms.Max(static lengths => lengths.DefaultIfEmpty().Max());
        // A power of two changes no digit.
        double scale = longest > 0 ? Math.ScaleB(1, -Math.ILogB(longest) - 1) : 1;
        return [.. sets.Zip(norms, (set, lengths) => new CentredRows(set, centre, scale, lengths))];
    }

    /// <summary>The rows as they are.</summary>
    internal FeatureSet Set => _set;

    internal int Count => _set.Count;

    internal int Dimensions => _set.Dimensions;

    /// <summary>s, a power of two.</summary>
    internal double Scale { get; }

    /// <summary>s|x − c| of each row.</summary>
    internal double[] Norms { get; }

    /// <summary>Writes one row.</summary>
    internal void Copy(int row, Span<float> destination)
    {
        var x = _set[row];
        for (int j = 0; j < x.Length; j++) destination[j] = (float)((x[j] - _centre[j]) * Scale);
    }

    /// <summary>Some rows, one after the other.</summary>
    internal float[] Copy(Func<int, int> row, int count, int threads)
    {
        float[] values = new float[checked(count * Dimensions)];
        HostLoop.For(threads, count, i => Copy(row(i), values.AsSpan(i * Dimensions, Dimensions)));
        return values;
    }

    static double[] Lengths(FeatureSet set, double[] centre, int threads)
    {
        double[] lengths = new double[set.Count];
        HostLoop.For(threads, set.Count, i =>
        {
            var x = set[i];
            double sum = 0;
            for (int j = 0; j < x.Length; j++) sum += (x[j] - centre[j]) * (x[j] - centre[j]);
            lengths[i] = Math.Sqrt(sum);
        });
        return lengths;
    }
}
