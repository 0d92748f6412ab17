namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Axes reordered, in every element size.</summary>
static class PermuteCases
{
    static readonly (Shape Shape, int[] Order)[] s_rows =
    [
        (new(5), [0]), (new(1, 1), [1, 0]), (new(0, 4), [1, 0]), (new(37, 65), [1, 0]), (new(64, 96), [1, 0]),
        (new(2, 5, 7, 3), [0, 3, 1, 2]), (new(2, 3, 9, 5), [0, 2, 3, 1]), (new(3, 6, 10, 40), [0, 3, 1, 2]),
        (new(3, 40, 6, 10), [0, 2, 3, 1]), (new(4, 5, 6, 7), [3, 2, 1, 0]), (new(12, 9, 11, 10), [2, 1, 3, 0]),
        (new(4, 5, 6, 8), [1, 0, 2, 3]), (new(4, 5, 6, 8), [2, 1, 0, 3]),
        (new(17, 9, 33), [2, 0, 1]), (new(17, 9, 33), [1, 2, 0]),
        (new(3, 4, 5, 6), [0, 1, 2, 3]), (new(9, 1, 20, 1), [3, 2, 1, 0]), (new(10, 3, 20, 4), [2, 1, 0, 3]),
        (new(9, 10, 3, 33), [3, 2, 1, 0]), (new(150, 9, 10), [0, 2, 1]), (new(3, 80, 16, 32), [0, 2, 3, 1]),
        (new(2, 3, 2, 3, 2, 3), [5, 3, 1, 4, 2, 0]), (new(2, 3, 1, 2, 3, 2, 2, 3), [1, 0, 7, 2, 5, 4, 3, 6]),
        (new(2, 2, 2, 2, 2, 16), [4, 2, 0, 3, 1, 5]), (new(2, 12, 2, 3, 2, 10), [5, 3, 1, 4, 2, 0]),
        (new(3, 2, 2, 2, 3, 9, 17), [6, 4, 2, 0, 5, 3, 1]),
        (new(2, 32, 4, 48), [3, 2, 0, 1]), (new(2, 16, 8, 3), [0, 3, 1, 2]), (new(40, 72), [1, 0]),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in MovementCases.Types
           from row in s_rows
           select new ConformanceCase("Permute", $"{row.Shape} {type} as ({string.Join(", ", row.Order)})", run =>
               Permute(run, row.Shape, row.Order, type, 0, 0)),
        .. from type in MovementCases.Types
           from s in new Shape[] { new(2, 3, 5, 7), new(9, 8, 17, 33), new(1, 5, 1, 9), new(3, 1, 4, 1), new(0, 3, 2, 1),
               new(2, 66, 3, 70) }
           from code in Enumerable.Range(0, 256)
           let order = new[] { code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 }
           where order.Distinct().Count() == 4
           select new ConformanceCase("Permute", $"{s} {type} as ({string.Join(", ", order)}), blocks", run =>
               Permute(run, s, order, type, 0, 0)) { IsLarge = true },
        .. from type in MovementCases.Types
           from row in new (Shape Shape, int[] Order)[] { (new(), []), (new(11), [0]), (new(300, 257), [1, 0]),
               (new(3, 20011), [1, 0]), (new(20011, 3), [1, 0]), (new(4, 33, 65), [2, 0, 1]), (new(8, 40, 40, 3), [0, 3, 1, 2]),
               (new(8, 3, 40, 40), [0, 2, 3, 1]), (new(5, 16, 16, 128), [0, 3, 1, 2]) }
           select new ConformanceCase("Permute", $"{row.Shape} {type} as ({string.Join(", ", row.Order)}), blocks", run =>
               Permute(run, row.Shape, row.Order, type, 0, 0)) { IsLarge = true },
        .. from type in MovementCases.Types
           from skew in new[] { (1, 0), (0, 1) }
           select new ConformanceCase("Permute", $"{type} skewed {skew}", run =>
               Permute(run, new(4, 5, 6, 8), [1, 0, 2, 3], type, skew.Item1, skew.Item2)),
        .. from type in MovementCases.Types
           from skew in new[] { (1, 0), (0, 1) }
           from c in new[] { 3, 64 }
           select new ConformanceCase("Permute", $"(2, 16, 8, {c}) {type} to channels first, skewed {skew}", run =>
               Permute(run, new(2, 16, 8, c), [0, 3, 1, 2], type, skew.Item1, skew.Item2)),
    ];

    static void Permute(CaseRun run, Shape shape, int[] order, DType type, int xSkew, int ySkew)
    {
        var x = MovementCases.Any(run, shape, type, xSkew);
        var to = new Shape([.. order.Select(a => shape[a])]);
        var y = run.Output(to, type, ySkew);
        run.Backend.Permute(x, y, order);
        run.Expect("y", y, Tolerance.Exact, () =>
        {
            var result = new double[to.Count];
            for (int i = 0; i < result.Length; i++)
            {
                var index = new int[order.Length];
                int rest = i;
                for (int axis = order.Length - 1; axis >= 0; axis--)
                {
                    index[order[axis]] = rest % to[axis];
                    rest /= to[axis];
                }
                int at = 0;
                for (int axis = 0; axis < order.Length; axis++) at = at * shape[axis] + index[axis];
                result[i] = run[x][at];
            }
            return result;
        });
    }
}
