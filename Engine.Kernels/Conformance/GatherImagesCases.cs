namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The data path: pixels at random indices to an upright batch and, where wanted, a turned one.</summary>
static class GatherImagesCases
{
    const int M = 6;

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from flips in CaseRun.Both
           from turned in CaseRun.Both
           from s in new Shape[]
           {
               new(1, 1, 1, 1), new(0, 4, 4, 3), new(5, 7, 7, 3), new(8, 32, 32, 3), new(3, 33, 33, 3), new(4, 48, 48, 3),
               new(5, 34, 34, 1), new(4, 12, 12, 4), new(3, 5, 5, 40), new(2, 16, 16, 16), new(150, 5, 5, 3),
           }
           select new ConformanceCase("GatherImages", $"{s} {type}{(flips ? " mirrored" : "")}{(turned ? " turned" : "")}",
               run => Gather(run, s, type, flips, turned, skew: 0)),
        .. from type in CaseRun.Storages
           from skew in new[] { 1, 2 }
           from turned in CaseRun.Both
           select new ConformanceCase("GatherImages", $"(8, 32, 32, 3) {type} skewed {skew}{(turned ? " turned" : "")}",
               run => Gather(run, new(8, 32, 32, 3), type, true, turned, skew)),
    ];

    static void Gather(CaseRun run, Shape s, DType type, bool mirror, bool turned, int skew)
    {
        int n = s[0];
        var (pixels, indices) = (run.Bytes(s.With(0, M), skew), run.Ints(new(n), 0, M));
        var flips = mirror ? run.Ints(new(n), 0, 2) : default;
        var turns = turned ? run.Ints(new(n), -5, 9) : default;
        var (upright, rotated) = (run.Output(s, type, skew), turned ? run.Output(s, type, skew) : default);
        run.Backend.GatherImages(pixels, indices, flips, turns, upright, rotated);
        double[] Upright()
        {
            var y = new double[s.Count];
            for (int i = 0; i < y.Length; i++)
            {
                int k = i % s[3], col = i / s[3] % s[1], row = i / s[3] / s[1] % s[1], image = i / s[3] / s[1] / s[1];
                int from = mirror && run[flips][image] == 1 ? s[1] - 1 - col : col;
                y[i] = run[pixels][(((int)run[indices][image] * s[1] + row) * s[1] + from) * s[3] + k] / 127.5 - 1;
            }
            return y;
        }

        run.Expect("upright", upright, Tolerance.Rounding.In(type), Upright);
        if (turned)
            run.Expect("rotated", rotated, Tolerance.Rounding.In(type),
                () => Rotate90Cases.Naive(Upright(), run[turns], s, inverse: false));
    }
}
