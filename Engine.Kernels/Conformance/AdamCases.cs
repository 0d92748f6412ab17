namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Adam's update of many slots, with and without averages, by constants and by numbers on the device.</summary>
static class AdamCases
{
    static readonly int[] s_sizes = [1, 7, 0, 8, 17, 129, 8192, 8193, 20000];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from beta1 in new[] { 0, 0.5, 0.9 }
           from start in new[] { 0, 9, 100000 }
           select new ConformanceCase("Adam", $"beta1 {beta1} after {start} steps",
               run => Update(run, s_sizes, new(beta1, 0.999, 1e-8), start, 0, false)),
        new("Adam", "slots of different ages", run => Update(run, s_sizes, new(0.5, 0.999, 1e-8), 2, 0, true, 1000)),
        new("Adam", "averages", run => Update(run, s_sizes, new(0, 0.9, 1e-8, 0.999), 3, 0, true)),
        new("Adam", "skewed, averages", run => Update(run, s_sizes, new(0.5, 0.99, 1e-6, 0.9), 3, 1, true)),
        // From no memory to a weight that 1 - 1e-4 in single precision is 3e-4 off.
        .. from rest in new[] { 1f, 0.75f, 0.3f, 0.1f, 0.01f, 1e-3f, 1e-4f, 1e-6f }
           from start in new[] { 0, 40, 100000 }
           select new ConformanceCase("Adam", $"moving 1 - beta2 = {rest} after {start} steps",
               run => Update(run, [7, 8193], new(0, 0.5, 1e-8, 0.5), start, 0, true, moving: (rest, null))),
        new("Adam", "moving average", run => Update(run, s_sizes, new(0.5, 0.9, 1e-8), 3, 1, true, moving: (null, 1e-4f))),
        new("Adam", "moving average without memory",
            run => Update(run, s_sizes, new(0.5, 0.9, 1e-8, 0.5), 3, 0, true, moving: (null, 1))),
        new("Adam", "both moving", run => Update(run, s_sizes, new(0.5, 0.5, 1e-8), 5, 0, true, 7, (0.01f, 2e-3f))),
        new("Adam", "180 slots, both moving", run => Update(run, [.. Enumerable.Range(0, 180).Select(static i => i % 9)],
            new(0, 0.5, 1e-8), 0, 0, true, moving: (0.1f, 0.2f))),
        new("Adam", "no slots", run => Update(run, [], new(0.5, 0.99, 1e-6), 3, 0, false)),
        new("Adam", "empty slots", run => Update(run, [0, 0], new(0.5, 0.99, 1e-6), 3, 0, false)),
        // More slots than one launch takes.
        new("Adam", "180 slots", run => Update(run, [.. Enumerable.Range(0, 180).Select(static i => i % 9)],
            new(0, 0.9, 1e-8, 0.9), 0, 0, true)),
        new("Adam", "NaN and infinite gradients", static run =>
        {
            var spec = new AdamSpec(0.5, 0.9, 1e-8);
            float[] gradients = [0, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
                1e-40f, -1e-40f, 1, -1, 1e15f];
            var shape = new Shape(gradients.Length);
            AdamSlot slot = new(run.Input(shape), run.Input(shape, gradients), run.Input(shape),
                run.Input(shape, draw: Draw.Positive), run.Ints(new(1), [4]));
            Steps(run, [slot], spec, [4], 1);
        }),
    ];

    static void Update(CaseRun run, int[] sizes, AdamSpec spec, int start, int skew, bool averages, int apart = 0,
        (float? Beta2, float? Decay) moving = default)
    {
        int[] starts = [.. sizes.Select((_, i) => start + i * apart)];
        Steps(run, [.. sizes.Select((n, i) =>
        {
            var shape = new Shape(n);
            // Every third has no average, and every other is aligned.
            int off = i % 2 == 0 ? skew : 0;
            return new AdamSlot(run.Input(shape, skew: off), run.Input(shape, skew: off), run.Input(shape),
                run.Input(shape, draw: Draw.Positive, skew: off), run.Ints(new(1), [starts[i]]),
                averages && i % 3 != 2 ? run.Input(shape) : default);
        })], spec, starts, 2, moving);
    }

    static void Steps(CaseRun run, AdamSlot[] slots, AdamSpec spec, int[] starts, int steps,
        (float? Beta2, float? Decay) moving = default)
    {
        const float Rate = 2e-3f;
        TensorView rate = run.Input(new Shape(1), [Rate]);
        TensorView beta2 = Scalar(moving.Beta2), decay = Scalar(moving.Decay);
        for (int i = 0; i < steps; i++) run.Backend.Adam(slots, rate, spec, beta2, decay);
        spec = spec with
        {
            Beta2 = 1.0 - moving.Beta2 ?? spec.Beta2, AverageDecay = 1.0 - moving.Decay ?? spec.AverageDecay,
        };
        for (int s = 0; s < slots.Length; s++)
        {
            var (slot, start) = (slots[s], starts[s]);
            double[][] Naive()
            {
                double[] p = [.. run[slot.Parameter]], m = [.. run[slot.FirstMoment]],
                    v = [.. run[slot.SecondMoment]], g = run[slot.Gradient];
                double[] a = slot.Average.Address == 0 ? [] : [.. run[slot.Average]];
                for (int t = start + 1; t <= start + steps; t++)
                {
                    double size = Rate / (1 - Math.Pow(spec.Beta1, t)), root = Math.Sqrt(1 - Math.Pow(spec.Beta2, t));
                    for (int i = 0; i < p.Length; i++)
                    {
                        m[i] = spec.Beta1 * m[i] + (1 - spec.Beta1) * g[i];
                        v[i] = spec.Beta2 * v[i] + (1 - spec.Beta2) * g[i] * g[i];
                        p[i] -= size * m[i] / (Math.Sqrt(v[i]) / root + spec.Epsilon);
                        if (a.Length > 0) a[i] = spec.AverageDecay * a[i] + (1 - spec.AverageDecay) * p[i];
                    }
                }
                return [p, m, v, a];
            }
            run.Expect($"parameter {s}", slot.Parameter, Tolerance.Rounding, () => Naive()[0]);
            run.Expect($"first moment {s}", slot.FirstMoment, Tolerance.Rounding, () => Naive()[1]);
            run.Expect($"second moment {s}", slot.SecondMoment, Tolerance.Rounding, () => Naive()[2]);
            run.Expect($"step {s}", slot.Step, Tolerance.Exact, () => [start + steps]);
            if (slot.Average.Address != 0) run.Expect($"average {s}", slot.Average, Tolerance.Rounding, () => Naive()[3]);
        }

        TensorView Scalar(float? value) => value is { } v ? run.Input(new Shape(1), [v]) : default;
    }
}
