namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Where the first elements of each row lie when it is sorted.</summary>
static class ArgSortCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from row in new (Shape X, int Kept)[]
           {
               (new(1), 1), (new(0, 4), 4), (new(5, 4), 0), (new(2), 2), (new(7), 7), (new(50, 4), 4), (new(33, 10), 3),
               (new(3, 5, 40), 40), (new(3, 700), 700), (new(2, 2048), 2048), (new(2, 2049), 2049), (new(3, 5000), 5000),
               (new(2, 9000), 20), (new(2, 5000), 2500), (new(1, 4500), 1),
           }
           from kind in row.X.Count < 1000 ? new[] { "ties", "distinct", "special" } : ["ties"]
           from down in CaseRun.Both
           select new ConformanceCase("ArgSort", $"{row.Kept} of {row.X} {kind}{(down ? " descending" : "")}",
               run => ArgSort(run, row.X, row.Kept, kind, down)),
        new("ArgSort", "many", run => ArgSort(run, new(2, 300001), 300001, "distinct", false)) { IsLarge = true },
        new("ArgSort", "few of many", run => ArgSort(run, new(2, 300001), 700, "ties", true)) { IsLarge = true },
    ];

    static void ArgSort(CaseRun run, Shape shape, int kept, string kind, bool descending)
    {
        var values = run.Numbers(shape.Count, kind == "special" ? Draw.Special : Draw.Uniform);
        // Few different numbers, zeros of both signs among them: their order is that of their indices.
        if (kind == "ties") values = Array.ConvertAll(values, static v => MathF.Round(v) / 2);
        for (int i = 12; kind == "special" && i < values.Length; i += 7)
        {
            values[i] = (i % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
        }
        var x = run.Input(shape, values);
        int columns = shape[-1];
        var order = run.Output(shape.With(shape.Rank - 1, kept), DType.I32);
        run.Backend.ArgSort(x, order, descending);
        run.Expect("order", order, Tolerance.Exact, () =>
        [
            .. run[x].Chunk(columns).SelectMany(row =>
            {
                // LINQ sorts stably; it takes a NaN as the smallest.
                var rank = Enumerable.Range(0, columns).OrderBy(i => double.IsNaN(row[i]) != descending);
                return (descending ? rank.ThenByDescending(i => row[i]) : rank.ThenBy(i => row[i])).Take(kept)
                    .Select(static i => (double)i);
            }),
        ]);
    }
}
