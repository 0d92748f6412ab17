namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The first maximum of each row.</summary>
static class ArgMaxCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from shape in new Shape[] { new(1), new(1, 1), new(0, 4), new(7, 1), new(50, 4), new(33, 10), new(3, 5, 40),
               new(300, 33), new(2, 1500), new(1100, 3) }
           from kind in new[] { "ties", "distinct", "special" }
           select new ConformanceCase("ArgMax", $"{shape} {type} {kind}", run => ArgMax(run, shape, type, kind)),
    ];

    static void ArgMax(CaseRun run, Shape shape, DType type, string kind)
    {
        var values = run.Numbers(shape.Count, kind == "special" ? Draw.Special : Draw.Uniform);
        // Few different numbers: most rows hold their maximum several times.
        if (kind == "ties") values = Array.ConvertAll(values, static v => MathF.Round(v));
        for (int i = 12; kind == "special" && i < values.Length; i += 7)
        {
            values[i] = (i % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
        }
        var x = run.Input(shape, values, type);
        var y = run.Output(new Shape((int)(shape.Count / shape[-1])), DType.I32);
        run.Backend.ArgMax(x, y);
        run.Expect("y", y, Tolerance.Exact, () => [.. run[x].Chunk(shape[-1]).Select(static row => (double)First(row))]);
    }

    static int First(double[] row)
    {
        int nan = Array.FindIndex(row, double.IsNaN);
        return nan >= 0 ? nan : Array.IndexOf(row, row.Max());
    }
}
