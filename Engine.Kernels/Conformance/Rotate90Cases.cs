namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Rotation by quarter turns.</summary>
static class Rotate90Cases
{
    static readonly Shape[] s_shapes =
    [
        new(1, 1, 1, 1), new(5, 7, 7, 3), new(0, 4, 4, 3), new(8, 32, 32, 3), new(4, 48, 48, 3), new(5, 33, 33, 3),
        new(4, 34, 34, 1), new(5, 17, 17, 5), new(8, 9, 9, 7),
        new(8, 12, 12, 15), new(5, 8, 8, 8), new(4, 7, 7, 24), new(3, 5, 5, 66), new(4, 20, 20, 2),
        new(150, 5, 5, 3), new(140, 3, 3, 9),
    ];

    static readonly int[] s_turns = [0, 1, 2, 3, -1, -2, -3, 4, 7, -6, int.MinValue, int.MaxValue];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from inverse in CaseRun.Both
           from s in s_shapes
           select new ConformanceCase("Rotate90", $"{s} {type}{(inverse ? " inverse" : "")}",
               run => Turn(run, s, type, inverse, skew: 0)),
        .. from type in CaseRun.Storages
           from s in new Shape[] { new(8, 32, 32, 3), new(5, 17, 17, 5), new(4, 7, 7, 24) }
           from skew in new[] { 1, 2 }
           select new ConformanceCase("Rotate90", $"{s} {type} skewed {skew}", run => Turn(run, s, type, inverse: false, skew)),
        .. from c in new[] { 1, 2, 3, 4, 8, 17, 64, 129 }
           from size in new[] { 1, 2, 5, 16, 33 }
           select new ConformanceCase("Rotate90", $"(12, {size}, {size}, {c}) by turns of any size", run =>
               Turn(run, run.Input(new Shape(12, size, size, c)), run.Ints(new(12), s_turns), DType.F32, false, 0))
               { IsLarge = true },
        // More than 8 MiB: from there on a CPU writes past its caches, by whole lines where strips of images have them.
        .. from s in new Shape[] { new(342, 48, 48, 3), new(129, 48, 48, 8), new(468, 41, 41, 3), new(176, 41, 41, 8) }
           select new ConformanceCase("Rotate90", $"{s}", run => Turn(run, s, DType.F32, false, 0)) { IsLarge = true },
        .. from type in CaseRun.Storages
           select new ConformanceCase("Rotate90", $"(3, 8, 8, 3) {type} special",
               run => Turn(run, new(3, 8, 8, 3), type, inverse: false, skew: 0, Draw.Special)),
    ];

    static void Turn(CaseRun run, Shape shape, DType type, bool inverse, int skew, Draw draw = Draw.Uniform)
    {
        var x = run.Input(shape, type, draw, skew);
        Turn(run, x, run.Ints(new Shape(shape[0]), -5, 9), type, inverse, skew);
    }

    static void Turn(CaseRun run, TensorView x, TensorView turns, DType type, bool inverse, int skew)
    {
        var shape = x.Shape;
        var y = run.Output(shape, type, skew);
        run.Backend.Rotate90(x, turns, y, inverse);
        run.Expect("y", y, Tolerance.Exact, () => Naive(run[x], run[turns], shape, inverse));
    }

    internal static double[] Naive(double[] x, double[] turns, Shape shape, bool inverse)
    {
        int n = shape[0], s = shape[1], c = shape[3];
        var y = new double[x.Length];
        for (int i = 0; i < n; i++)
        {
            int k = (int)(((inverse ? -turns[i] : turns[i]) % 4 + 4) % 4);
            for (int row = 0; row < s; row++)
            {
                for (int col = 0; col < s; col++)
                {
                    var (r, q) = k switch { 0 => (row, col), 1 => (col, s - 1 - row), 2 => (s - 1 - row, s - 1 - col),
                        _ => (s - 1 - col, row) };
                    for (int ch = 0; ch < c; ch++) y[((i * s + row) * s + col) * c + ch] = x[((i * s + r) * s + q) * c + ch];
                }
            }
        }
        return y;
    }
}
