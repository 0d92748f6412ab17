namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Boxes, and rows by index.</summary>
static class MovementCases
{
    internal static readonly DType[] Types = [DType.F32, DType.BF16, DType.I32, DType.U8, DType.F64];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in Types
           from row in Boxes
           select new ConformanceCase("Movement", $"box {string.Join("x", row.Extent)} of {row.X} in {row.Y} {type}", run =>
               Box(run, row, type, 0, 0)),
        .. from type in Types
           from row in Blocks
           select new ConformanceCase("Movement", $"box {string.Join("x", row.Extent)} of {row.X} in {row.Y} {type}, blocks",
               run => Box(run, row, type, 0, 0)) { IsLarge = true },
        .. from type in Types
           from row in new (Shape Table, int N)[] { (new(5, 7), 3), (new(10, 257), 300), (new(4, 3), 0), (new(100, 3073), 70) }
           select new ConformanceCase("Movement", $"gather {row.N} of {row.Table} {type}, blocks",
               run => Gather(run, row.Table, row.N, type)) { IsLarge = true },
        .. from type in Types
           from skew in new[] { (1, 0), (0, 1), (1, 1) }
           select new ConformanceCase("Movement", $"box {type} skewed {skew}", run =>
               Box(run, new(new(6, 32), [1, 0], new(6, 32), [2, 0], [4, 32]), type, skew.Item1, skew.Item2)),
        .. from type in Types
           from row in new (Shape Table, int N)[] { (new(1, 1), 1), (new(5, 3), 0), (new(7, 16), 40),
               (new(9, 2, 3, 5), 33), (new(300, 130), 300) }
           select new ConformanceCase("Movement", $"gather {row.N} of {row.Table} {type}",
               run => Gather(run, row.Table, row.N, type)),
        .. from type in CaseRun.Storages
           from row in new (Shape Table, int N)[] { (new(1, 1), 1), (new(5, 3), 0), (new(7, 16), 40), (new(9, 2, 3, 5), 133),
               (new(300, 130), 70), (new(3, 300), 100), (new(50, 4), 1100) }
           select new ConformanceCase("Movement", $"scatter {row.N} into {row.Table} {type}",
               run => Scatter(run, row.Table, row.N, type)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Movement", $"scatter special {type}",
               run => Scatter(run, new(7, 5), 20, type, Draw.Special)),
    ];

    readonly record struct BoxRow(Shape X, int[] XStart, Shape Y, int[] YStart, int[] Extent);

    static IEnumerable<BoxRow> Boxes =>
    [
        new(new(5), [1], new(9), [4], [3]), new(new(1), [0], new(1), [0], [1]), new(new(4, 4), [0, 0], new(4, 4), [0, 0], [0, 4]),
        new(new(), [], new(), [], []),
        // Concatenation and slices along each axis.
        new(new(2, 3, 4, 8), [0, 0, 0, 0], new(5, 3, 4, 8), [3, 0, 0, 0], [2, 3, 4, 8]),
        new(new(2, 3, 4, 8), [0, 0, 0, 0], new(2, 7, 4, 8), [0, 2, 0, 0], [2, 3, 4, 8]),
        new(new(2, 3, 4, 8), [0, 0, 0, 0], new(2, 3, 4, 24), [0, 0, 0, 16], [2, 3, 4, 8]),
        new(new(2, 3, 4, 7), [0, 0, 0, 2], new(2, 3, 4, 3), [0, 0, 0, 0], [2, 3, 4, 3]),
        new(new(6, 33), [2, 1], new(8, 40), [0, 3], [3, 31]),
        new(new(4, 5, 6, 7), [1, 2, 3, 4], new(5, 4, 5, 4), [2, 1, 1, 1], [2, 2, 3, 3]),
        new(new(65, 9, 256), [0, 1, 0], new(65, 8, 256), [0, 0, 0], [65, 8, 256]),
        new(new(3, 2, 4, 3, 2, 5), [0, 1, 1, 0, 0, 2], new(2, 2, 3, 4, 3, 3), [0, 0, 0, 1, 1, 0], [2, 1, 3, 2, 2, 3]),
        new(new(2, 2, 2, 2, 2, 2, 2, 2), [0, 0, 1, 0, 0, 1, 0, 0], new(2, 2, 2, 2, 3, 2, 2, 4), [0, 0, 0, 0, 1, 1, 0, 2],
            [2, 2, 1, 2, 2, 1, 2, 2]),
        new(new(3, 4, 5, 1), [0, 1, 0, 0], new(3, 4, 5, 1), [0, 0, 2, 0], [3, 3, 3, 1]),
    ];

    /// <summary>Rows longer than a work item of the CPU, and short ones beside them.</summary>
    static IEnumerable<BoxRow> Blocks =>
    [
        new(new(), [], new(), [], []),
        new(new(9), [2], new(7), [1], [5]),
        new(new(9), [2], new(7), [1], [0]),
        new(new(4, 6), [0, 0], new(4, 6), [0, 0], [4, 6]),
        new(new(4, 6), [1, 2], new(5, 4), [2, 0], [3, 4]),
        new(new(4, 6), [1, 0], new(9, 6), [5, 0], [3, 6]),
        new(new(2, 3, 4, 5), [1, 0, 2, 1], new(3, 4, 5, 6), [0, 1, 1, 3], [1, 3, 2, 3]),
        new(new(2, 9, 9, 3), [0, 1, 1, 0], new(2, 7, 7, 3), [0, 0, 0, 0], [2, 7, 7, 3]),
        new(new(2, 7, 7, 3), [0, 0, 0, 0], new(2, 9, 9, 3), [0, 1, 1, 0], [2, 7, 7, 3]),
        new(new(3, 50, 70, 16), [0, 0, 0, 0], new(3, 50, 70, 40), [0, 0, 0, 24], [3, 50, 70, 16]),
        new(new(2, 100001), [0, 1], new(2, 90000), [0, 7], [2, 80001]),
        new(new(3, 4, 5), [0, 0, 0], new(3, 8, 5), [0, 4, 0], [3, 4, 5]),
    ];

    internal static TensorView Any(CaseRun run, Shape shape, DType type, int skew = 0) => type switch
    {
        DType.I32 => run.Ints(shape, [.. run.Numbers(shape.Count, Draw.Uniform).Select(static v => (int)(v * 1e9f))], skew),
        DType.U8 => run.Bytes(shape, skew),
        _ => run.Input(shape, type, Draw.Special, skew),
    };

    static void Box(CaseRun run, BoxRow row, DType type, int xSkew, int ySkew)
    {
        TensorView x = Any(run, row.X, type, xSkew), y = Any(run, row.Y, type, ySkew);
        run.Backend.CopyBox(x, row.XStart, y, row.YStart, row.Extent);
        run.Expect("y", y, Tolerance.Exact, () =>
        {
            var result = run[y].ToArray();
            int count = row.Extent.Aggregate(1, static (p, e) => p * e);
            for (int i = 0; i < count; i++)
            {
                int rest = i, from = 0, to = 0, xStep = 1, yStep = 1;
                for (int axis = row.Extent.Length - 1; axis >= 0; axis--)
                {
                    int at = rest % row.Extent[axis];
                    rest /= row.Extent[axis];
                    from += (row.XStart[axis] + at) * xStep;
                    to += (row.YStart[axis] + at) * yStep;
                    xStep *= row.X[axis];
                    yStep *= row.Y[axis];
                }
                result[to] = run[x][from];
            }
            return result;
        });
    }

    static void Gather(CaseRun run, Shape shape, int n, DType type)
    {
        var table = Any(run, shape, type);
        var indices = run.Ints(new Shape(n), 0, shape[0]);
        var y = run.Output(shape.With(0, n), type);
        run.Backend.GatherRows(table, indices, y);
        run.Expect("y", y, Tolerance.Exact, () =>
        {
            int width = (int)(shape.Count / shape[0]);
            return [.. Enumerable.Range(0, n * width).Select(i => run[table][(int)run[indices][i / width] * width + i % width])];
        });
    }

    static void Scatter(CaseRun run, Shape shape, int n, DType type, Draw draw = Draw.Uniform)
    {
        var table = run.Input(shape);
        var dy = run.Input(shape.With(0, n), type, draw);
        var indices = run.Ints(new Shape(n), 0, shape[0]);
        run.Backend.ScatterAddRows(dy, indices, table);
        // The order of additions is part of the contract: sums in single precision are equal.
        run.Expect("dtable", table, Tolerance.Exact, () =>
        {
            int width = (int)(shape.Count / shape[0]);
            var result = run[table].ToArray();
            for (int i = 0; i < n * width; i++)
            {
                ref double sum = ref result[(int)run[indices][i / width] * width + i % width];
                sum = (float)sum + (float)run[dy][i];
            }
            return result;
        });
    }
}
