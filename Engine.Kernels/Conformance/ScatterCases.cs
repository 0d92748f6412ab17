namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Elements to indices along an axis, written and added, in order where indices repeat.</summary>
static class ScatterCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in MovementCases.Types
           from row in GatherCases.Rows
           from alike in CaseRun.Both
           select new ConformanceCase("Scatter", $"{row.J} along {row.Axis} of {row.X} {type}{(alike ? ", alike" : "")}",
               run => Write(run, row.X, row.Axis, row.J, type, alike)),
        .. from type in new[] { DType.F32, DType.F64 }
           from row in GatherCases.Rows
           from alike in CaseRun.Both
           select new ConformanceCase("Scatter", $"{row.J} added along {row.Axis} of {row.X} {type}{(alike ? ", alike" : "")}",
               run => Add(run, row.X, row.Axis, row.J, type, alike)),
        new("Scatter", "blocks", run => Write(run, new(3, 70, 1000), 1, 90, DType.F32, false)) { IsLarge = true },
        new("Scatter", "blocks, added", run => Add(run, new(3, 70, 1000), 1, 90, DType.F32, true)) { IsLarge = true },
    ];

    static void Write(CaseRun run, Shape shape, int axis, int j, DType type, bool alike)
    {
        TensorView y = MovementCases.Any(run, shape, type), x = MovementCases.Any(run, shape.With(axis, j), type);
        var indices = run.Ints(alike ? new Shape(j) : x.Shape, 0, shape[axis]);
        run.Backend.Scatter(x, indices, y, axis);
        run.Expect("y", y, Tolerance.Exact, () =>
        {
            var result = run[y].ToArray();
            for (int i = 0; i < x.Count; i++)
                result[GatherCases.Other(i, x.Shape, axis, shape[axis], run[indices])] = run[x][i];
            return result;
        });
    }

    static void Add(CaseRun run, Shape shape, int axis, int j, DType type, bool alike)
    {
        TensorView y = Numbers(run, shape, type), x = Numbers(run, shape.With(axis, j), type);
        var indices = run.Ints(alike ? new Shape(j) : x.Shape, 0, shape[axis]);
        run.Backend.ScatterAdd(x, indices, y, axis);
        // The order of additions is part of the contract: sums in single precision are equal.
        run.Expect("y", y, Tolerance.Exact, () =>
        {
            var result = run[y].ToArray();
            for (int i = 0; i < x.Count; i++)
            {
                ref double sum = ref result[GatherCases.Other(i, x.Shape, axis, shape[axis], run[indices])];
                sum = type == DType.F32 ? (float)sum + (float)run[x][i] : sum + run[x][i];
            }
            return result;
        });
    }

    static TensorView Numbers(CaseRun run, Shape shape, DType type) =>
        run.Values(shape, type, [.. run.Numbers(shape.Count, Draw.Uniform).Select(static v => (double)v)]);
}
