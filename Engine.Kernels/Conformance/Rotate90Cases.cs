namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Rotation by quarter turns.</summary>
static class Rotate90Cases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from inverse in CaseRun.Both
           from s in new Shape[] { new(1, 1, 1, 1), new(5, 7, 7, 3), new(0, 4, 4, 3), new(8, 32, 32, 3), new(2, 33, 33, 5) }
           select new ConformanceCase("Rotate90", $"{s} {type}{(inverse ? " inverse" : "")}", run => Turn(run, s, type, inverse)),
    ];

    static void Turn(CaseRun run, Shape shape, DType type, bool inverse)
    {
        var x = run.Input(shape, type);
        var turns = run.Ints(new Shape(shape[0]), -5, 9);
        var y = run.Output(shape, type);
        run.Backend.Rotate90(x, turns, y, inverse);
        run.Expect("y", y, Tolerance.Exact, () => Naive(run[x], run[turns], shape, inverse));
    }

    static double[] Naive(double[] x, double[] turns, Shape shape, bool inverse)
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
                    var (r, q) = k switch { 0 => (row, col), 1 => (col, s - 1 - row), 2 => (s - 1 - row, s - 1 - col), _ => (s - 1 - col, row) };
                    for (int ch = 0; ch < c; ch++) y[((i * s + row) * s + col) * c + ch] = x[((i * s + r) * s + q) * c + ch];
                }
            }
        }
        return y;
    }
}
