namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Elements at indices along an axis: one list for all lines, or an index for each element.</summary>
static class GatherCases
{
    /// <summary>Shapes, an axis, and its extent in the result.</summary>
    internal static readonly (Shape X, int Axis, int J)[] Rows =
    [
        (new(1), 0, 1), (new(7), 0, 20), (new(5, 3), 0, 0), (new(4, 0), 0, 3), (new(6, 9), 0, 4), (new(6, 9), 1, 13),
        (new(3, 4, 8), 0, 5), (new(3, 4, 8), 1, 6), (new(3, 4, 8), 2, 11), (new(2, 7, 3, 5), 1, 9), (new(40, 130), 1, 33),
        (new(5, 70, 24), 1, 30),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in MovementCases.Types
           from row in Rows
           from alike in CaseRun.Both
           select new ConformanceCase("Gather", $"{row.J} along {row.Axis} of {row.X} {type}{(alike ? ", alike" : "")}",
               run => Gather(run, row.X, row.Axis, row.J, type, alike, 0)),
        .. from type in MovementCases.Types
           select new ConformanceCase("Gather", $"skewed {type}", run => Gather(run, new(3, 4, 8), 1, 6, type, true, 1)),
        new("Gather", "blocks", run => Gather(run, new(3, 70, 257), 1, 90, DType.F32, false, 0)) { IsLarge = true },
        new("Gather", "blocks, alike", run => Gather(run, new(3, 70, 20000), 1, 9, DType.F32, true, 0)) { IsLarge = true },
    ];

    static void Gather(CaseRun run, Shape shape, int axis, int j, DType type, bool alike, int skew)
    {
        var x = MovementCases.Any(run, shape, type, skew);
        var result = shape.With(axis, j);
        var indices = run.Ints(alike ? new Shape(j) : result, 0, shape[axis]);
        var y = run.Output(result, type);
        run.Backend.Gather(x, indices, y, axis);
        run.Expect("y", y, Tolerance.Exact, () =>
            [.. Enumerable.Range(0, (int)result.Count).Select(i => run[x][Other(i, result, axis, shape[axis], run[indices])])]);
    }

    /// <summary>Where the index of element i of a shape points to in one whose axis has another extent.</summary>
    internal static int Other(int i, Shape shape, int axis, int length, double[] indices)
    {
        int inner = 1;
        for (int d = axis + 1; d < shape.Rank; d++) inner *= shape[d];
        int row = i / inner, index = (int)indices[indices.Length == shape.Count ? i : row % shape[axis]];
        return (row / shape[axis] * length + index) * inner + i % inner;
    }
}
