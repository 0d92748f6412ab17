namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The schedule of learning rates: bit for bit, whatever a division leaves.</summary>
static class LinearDecayCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from finished in new[] { 0, 1, 2, 48_611, 99_998, 99_999, 100_000, 2_000_000_000 }
           select new ConformanceCase("LinearDecay", $"after {finished} of 100000 steps",
               run => Decay(run, finished, new DecaySpec(2e-4f, 100_000), 2)),
        .. from steps in new long[] { 1, 3, 7, 49_999, 5_000_000_000 }
           select new ConformanceCase("LinearDecay", $"after 6 of {steps} steps",
               run => Decay(run, 6, new DecaySpec(7e-4f, steps), 1)),
        // More rates than one launch takes, and none.
        .. from rates in new[] { 0, 32, 33, 70 }
           select new ConformanceCase("LinearDecay", $"{rates} rates", run => Decay(run, 10, new DecaySpec(1, 77), rates)),
    ];

    static void Decay(CaseRun run, int finished, DecaySpec spec, int count)
    {
        var step = run.Ints(new(1), [finished]);
        TensorView[] rates = [.. Enumerable.Range(0, count).Select(_ => run.Output(new(1)))];
        run.Backend.LinearDecay(step, rates, spec);
        run.Expect("step", step, Tolerance.Exact, () => [finished + 1.0]);
        for (int i = 0; i < count; i++)
            run.Expect($"rate {i}", rates[i], Tolerance.Exact,
                () => [(float)(spec.Start * Math.Max(0.0, 1 - (finished + 1.0) / spec.Steps))]);
    }
}
