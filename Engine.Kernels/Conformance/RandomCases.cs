namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The device's random stream: numbers, and where the generator stands afterwards.</summary>
static class RandomCases
{
    static readonly int[][] s_generators = [[0, 0, 0, 0], [12345, -7, 99, 3], [1, 2, -3, 0], [5, 6, -2, -1]];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from n in new[] { 1, 0, 2, 3, 7, 4096, 140_001 }
           from skew in new[] { 0, 1 }
           from normal in CaseRun.Both
           select new ConformanceCase("Random", $"{(normal ? "normal" : "uniform")} ({n}) {type} skewed {skew}", run =>
               Draw(run, n, type, skew, s_generators[n % 4], normal, -1.5f, 2.25f)),
        // The counter's low word overflows within the call, and so does the whole counter.
        .. from generator in s_generators
           from normal in CaseRun.Both
           select new ConformanceCase("Random", $"{(normal ? "normal" : "uniform")} from ({string.Join(", ", generator)})", run =>
               Draw(run, 100, DType.F32, 0, generator, normal, 0, 1)),
        // So narrow that many sums round up to the upper end.
        new("Random", "narrow uniform", static run => Draw(run, 1000, DType.F32, 0, s_generators[1], false, 1, 1.0000004f)),
    ];

    static void Draw(CaseRun run, int n, DType type, int skew, int[] state, bool normal, float low, float high)
    {
        var generator = run.Ints(new Shape(4), state);
        var y = run.Output(new Shape(n), type, skew);
        if (normal) run.Backend.Normal(y, generator);
        else run.Backend.Uniform(y, generator, low, high);
        var tolerance = normal ? new Tolerance(2e-6, 0).In(type) : Tolerance.Exact;
        run.Expect("y", y, tolerance, () =>
            [.. Enumerable.Range(0, n).Select(i => normal ? Normal(i, run[generator])
                : Philox.Uniform(Word(i, run[generator]), low, high))]);
        run.Expect("generator", generator, Tolerance.Exact, () =>
        {
            ulong counter = unchecked(Counter(run[generator]) + (ulong)((n + 3) / 4));
            return [state[0], state[1], (int)(uint)counter, (int)(uint)(counter >> 32)];
        });
    }

    static double Normal(int i, double[] state)
    {
        double u = ((Word(i & ~1, state) >> 8) + 1) / (double)(1 << 24), turn = (Word(i | 1, state) >> 8) / (double)(1 << 24);
        double r = Math.Sqrt(-2 * Math.Log(u));
        return r * ((i & 1) == 0 ? Math.Cos(2 * Math.PI * turn) : Math.Sin(2 * Math.PI * turn));
    }

    static uint Word(int i, double[] state)
    {
        var (a, b, c, d) = Philox.Block(unchecked(Counter(state) + (ulong)(i / 4)), Pair(state[0], state[1]));
        return (i % 4) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    static ulong Counter(double[] state) => Pair(state[2], state[3]);

    static ulong Pair(double low, double high) => (uint)(int)low | (ulong)(uint)(int)high << 32;
}
