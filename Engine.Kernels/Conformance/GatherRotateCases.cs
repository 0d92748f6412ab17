namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The data path: pixels at random indices to an upright and a rotated batch.</summary>
static class GatherRotateCases
{
    const int M = 6;

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from flips in CaseRun.Both
           from s in new Shape[]
           {
               new(1, 1, 1, 1), new(0, 4, 4, 3), new(5, 7, 7, 3), new(8, 32, 32, 3), new(3, 33, 33, 3), new(4, 48, 48, 3),
               new(5, 34, 34, 1), new(4, 12, 12, 4), new(3, 5, 5, 40), new(2, 16, 16, 16), new(150, 5, 5, 3),
           }
           select new ConformanceCase("GatherRotate", $"{s} {type}{(flips ? " mirrored" : "")}",
               run => Gather(run, s, type, flips, skew: 0)),
        .. from type in CaseRun.Storages
           from skew in new[] { 1, 2 }
           select new ConformanceCase("GatherRotate", $"(8, 32, 32, 3) {type} skewed {skew}",
               run => Gather(run, new(8, 32, 32, 3), type, true, skew)),
    ];

    static void Gather(CaseRun run, Shape s, DType type, bool mirror, int skew)
    {
        int n = s[0];
        var (pixels, indices) = (run.Bytes(s.With(0, M), skew), run.Ints(new(n), 0, M));
        var flips = mirror ? run.Ints(new(n), 0, 2) : default;
        var (upright, rotated, labels) = (run.Output(s, type, skew), run.Output(s, type, skew), run.Output(new(n), DType.I32));
        run.Backend.GatherRotate(pixels, indices, flips, upright, rotated, labels);
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
        run.Expect("rotated", rotated, Tolerance.Rounding.In(type),
            () => Rotate90Cases.Naive(Upright(), Rotate90Cases.Quarters(n), s, inverse: false));
        run.Expect("labels", labels, Tolerance.Exact, () => Rotate90Cases.Quarters(n));
    }
}
