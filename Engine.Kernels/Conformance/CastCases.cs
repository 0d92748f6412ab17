namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Conversions between all types, and constants of all types.</summary>
static class CastCases
{
    static readonly DType[] s_types = Enum.GetValues<DType>();

    static readonly float[] s_floats =
    [
        0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 254.5f, 255.5f, 255.49f, 300, -3, 2147483520, 2147483648, -2147483648, 3e9f, -3e9f,
        float.NaN, float.PositiveInfinity,
        float.NegativeInfinity, 1e-40f, 3.4e38f, -3.4e38f, 1.00390625f, 1.01171875f, 16777217, 8388609.5f, -0f, 127.5f,
        0.49999997f, 1e10f, -1e10f,
    ];

    static readonly int[] s_ints = [0, 1, -1, 255, 256, 257, 16777217, 33554435, int.MaxValue, int.MinValue, -255, 65537];

    // Whole numbers that a double holds, and their neighbours in F32 and F16.
    static readonly double[] s_longs =
        [0, 1, -1, 255, 256, 2147483648, -2147483649, 9007199254740992, -9007199254740991, 16777217, 65520, 65519, 2049, -3];

    static readonly double[] s_doubles =
    [
        0.5, 1.5, 2.5, -0.5, 1e300, -1e300, 65519.99, 65520, 1e-40, 5.9e-8, 2.98e-8, 2.99e-8, 1 + 1 / 2048.0, 1 + 3 / 2048.0,
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 9.3e18, -9.3e18, 2147483647.5, 16777217, 1e-320, 300,
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from x in s_types
           from y in s_types
           from n in new[] { 1, 0, 29, x == DType.F32 ? 140_000 : 5003 }
           select new ConformanceCase("Cast", $"{x} to {y} ({n})", run => Convert(run, x, y, n, 0, 0)),
        .. from x in s_types
           from y in s_types
           from skew in new[] { (1, 0), (0, 1), (4, 4) }
           select new ConformanceCase("Cast", $"{x} to {y} skewed {skew}", run => Convert(run, x, y, 77, skew.Item1, skew.Item2)),
        .. from type in s_types
           from value in new[] { 0f, 2.5f, -1.5f, 300f, 3.4e38f, float.NaN, float.NegativeInfinity }
           select new ConformanceCase("Cast", $"fill {type} with {value}", run => Fill(run, type, 37, value, 0)),
        .. from type in s_types
           from n in new[] { 1, 0, 3, 15, 550_000 / type.Size() }
           from skew in new[] { 0, 1, 7 }
           select new ConformanceCase("Cast", $"fill {type} ({n}) skewed {skew}", run => Fill(run, type, n, 3, skew)),
    ];

    static void Convert(CaseRun run, DType from, DType to, int n, int xSkew, int ySkew)
    {
        var shape = new Shape(n);
        double[] Numbers(float scale, double[] first) =>
            [.. first.Take(n), .. run.Numbers(Math.Max(0, n - first.Length), Draw.Uniform).Select(v => (double)(v * scale))];
        var x = from switch
        {
            DType.I32 => run.Values(shape, from, Numbers(200, [.. s_ints.Select(static i => (double)i)]), xSkew),
            DType.I64 => run.Values(shape, from, Numbers(200, s_longs), xSkew),
            DType.F64 => run.Values(shape, from, Numbers(150, s_doubles), xSkew),
            DType.Bool => run.Values(shape, from, [.. Numbers(1, []).Select(static v => v > 0 ? 1.0 : 0)], xSkew),
            DType.U8 => run.Bytes(shape, xSkew),
            _ => run.Input(shape,
                [.. s_floats.Take(n), .. run.Numbers(Math.Max(0, n - s_floats.Length), Draw.Uniform).Select(static v => v * 150)],
                from, xSkew),
        };
        var y = run.Output(shape, to, ySkew);
        run.Backend.Cast(x, y);
        run.Expect("y", y, Tolerance.Exact, () => Array.ConvertAll(run[x], v => Converted(v, to)));
    }

    static void Fill(CaseRun run, DType type, int n, float value, int skew)
    {
        var y = run.Output(new Shape(n), type, skew);
        run.Backend.Fill(y, value);
        run.Expect("y", y, Tolerance.Exact, () => [.. Enumerable.Repeat(Converted(value, type), n)]);
    }

    static double Converted(double v, DType to) => to switch
    {
        DType.I32 => double.IsNaN(v) ? 0 : Math.Clamp(Math.Round(v, MidpointRounding.ToEven), int.MinValue, int.MaxValue),
        DType.U8 => double.IsNaN(v) ? 0 : Math.Clamp(Math.Round(v, MidpointRounding.ToEven), 0, 255),
        DType.I64 => Conversion.ToInt64(v),
        DType.Bool => v != 0 ? 1 : 0,
        DType.BF16 => BFloat16.Round((float)v),
        DType.F16 => (double)(Half)v,
        DType.F64 => v,
        _ => (float)v,
    };
}
