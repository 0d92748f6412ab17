namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>|actual − expected| ≤ Absolute + Relative·|expected|; NaN only where NaN is expected, infinities equal.</summary>
public readonly record struct Tolerance(double Absolute, double Relative)
{
    /// <summary>Equal values: movement, integers, comparisons.</summary>
    public static Tolerance Exact => default;

    /// <summary>A few roundings in single precision.</summary>
    public static Tolerance Rounding => new(1e-6, 1e-6);

    /// <summary>Sums of up to some thousand terms of size one in single precision, whatever their order.</summary>
    public static Tolerance Sum => new(2e-5, 2e-5);

    /// <summary>
    /// The same in a given storage: one unit in the last place more where a result is rounded, up to 2⁻⁷ relative in BF16, and in
    /// F16 2⁻¹⁰ or, of subnormal numbers, 2⁻²⁴.
    /// </summary>
    public Tolerance In(DType storage) => storage switch
    {
        DType.BF16 => new(Absolute, Relative + 1.0 / 128),
        DType.F16 => new(Absolute + 6e-8, Relative + 1.0 / 1024),
        _ => this,
    };

    /// <summary>The sentence that names the first element outside the tolerance, or null.</summary>
    internal string? Misfit(string name, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        if (actual.Length != expected.Length) return $"{name} has {actual.Length} elements, expected {expected.Length}";
        for (int i = 0; i < actual.Length; i++)
        {
            double a = actual[i], e = expected[i];
            bool same = double.IsNaN(e) ? double.IsNaN(a) : a == e || Math.Abs(a - e) <= Absolute + Relative * Math.Abs(e);
            if (!same)
                return $"{name}[{i}] of {actual.Length} is {a:R}, expected {e:R} within {Absolute:G3} + {Relative:G3} relative";
        }
        return null;
    }
}
