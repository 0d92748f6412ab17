namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The norm of all gradients.</summary>
static class GradientNormCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from sizes in new int[][] { [], [0], [1], [7, 0, 3, 16384, 16385], [40001, 5], [1000, 33, 1000] }
           from skew in new[] { 0, 1 }
           select new ConformanceCase("GradientNorm", $"of [{string.Join(", ", sizes)}]{(skew > 0 ? " skewed" : "")}",
               run => Norm(run, sizes, Draw.Uniform, skew)),
        // More arrays than one launch takes.
        new("GradientNorm", "of 230 arrays",
            run => Norm(run, [.. Enumerable.Range(0, 230).Select(static i => i % 7)], Draw.Uniform, 0)),
        new("GradientNorm", "with a NaN", run => Norm(run, [50, 12, 3], Draw.Special, 0)),
        new("GradientNorm", "with an infinity", static run =>
            Check(run, [run.Input(new Shape(5)), run.Input(new Shape(3), [1, float.NegativeInfinity, 2])])),
        new("GradientNorm", "of 1e15", run => Scaled(run, 1e15f)),
        new("GradientNorm", "of 1e-15", run => Scaled(run, 1e-15f)),
        new("GradientNorm", "twice", static run =>
        {
            Norm(run, [40001, 5], Draw.Uniform, 0);
            Norm(run, [3, 20000], Draw.Uniform, 0);
        }),
    ];

    static void Norm(CaseRun run, int[] sizes, Draw draw, int skew) =>
        Check(run, Array.ConvertAll(sizes, n => run.Input(new Shape(n), draw: draw, skew: skew)));

    static void Scaled(CaseRun run, float scale) =>
        Check(run, [run.Input(new Shape(20000), Array.ConvertAll(run.Numbers(20000, Draw.Uniform), v => v * scale))]);

    static void Check(CaseRun run, TensorView[] gradients)
    {
        var norm = run.Output(new Shape(1));
        run.Backend.GradientNorm(gradients, norm);
        run.Expect("norm", norm, new(0, 2e-6), () => [Math.Sqrt(gradients.Sum(g => run[g].Sum(static v => v * v)))]);
    }
}
