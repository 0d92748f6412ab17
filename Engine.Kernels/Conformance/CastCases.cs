namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Conversions between all types, and constants of all types.</summary>
static class CastCases
{
    static readonly DType[] s_types = [DType.F32, DType.BF16, DType.I32, DType.U8];

    static readonly float[] s_floats =
    [
        0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 254.5f, 255.5f, 255.49f, 300, -3, 2147483520, 2147483648, -2147483648, 3e9f, -3e9f,
        float.NaN, float.PositiveInfinity,
        float.NegativeInfinity, 1e-40f, 3.4e38f, -3.4e38f, 1.00390625f, 1.01171875f, 16777217, 8388609.5f, -0f, 127.5f,
        0.49999997f, 1e10f, -1e10f,
    ];

    static readonly int[] s_ints = [0, 1, -1, 255, 256, 257, 16777217, 33554435, int.MaxValue, int.MinValue, -255, 65537];

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
        var x = from switch
        {
            DType.I32 => run.Ints(shape,
                [.. s_ints.Take(n),
                    .. run.Numbers(Math.Max(0, n - s_ints.Length), Draw.Uniform).Select(static v => (int)(v * 200))], xSkew),
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
        DType.BF16 => BFloat16.Round((float)v),
        _ => (float)v,
    };
}
