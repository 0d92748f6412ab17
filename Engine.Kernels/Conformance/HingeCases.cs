namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The discriminator's hinge loss and its gradient.</summary>
static class HingeCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from draw in new[] { Draw.Uniform, Draw.Special, Draw.Huge }
           from sizes in new[] { (1, 1), (7, 5), (64, 64), (300, 1001), (0, 3), (3, 0) }
           select new ConformanceCase("Hinge", $"{sizes} {type} {draw}",
               run => Loss(run, sizes.Item1, sizes.Item2, type, draw, 0)),
        .. from type in CaseRun.Storages
           from draw in new[] { Draw.Uniform, Draw.Special }
           from inPlace in CaseRun.Both
           from sizes in new[] { (1, 1), (7, 5), (300, 1001), (0, 3), (3, 0), (0, 0) }
           select new ConformanceCase("Hinge", $"backward {sizes} {type} {draw}{(inPlace ? " in place" : "")}", run =>
               Gradient(run, sizes.Item1, sizes.Item2, type, draw, 0, inPlace)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Hinge", $"skewed {type}", run => Loss(run, 65, 33, type, Draw.Uniform, 1)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Hinge", $"backward skewed {type}",
               run => Gradient(run, 65, 33, type, Draw.Uniform, 1, false)),
    ];

    static void Loss(CaseRun run, int n, int m, DType type, Draw draw, int skew)
    {
        TensorView real = run.Input(new Shape(n, 1), type, draw, skew), fake = run.Input(new Shape(m, 1), type, draw, skew),
            loss = run.Output(new Shape(1));
        run.Backend.HingeDiscriminator(real, fake, loss);
        run.Expect("loss", loss, new(1e-6, 2e-6), () => [Mean(run[real], -1) + Mean(run[fake], 1)]);
    }

    static double Mean(double[] x, int sign) => x.Sum(v => Math.Max(0, 1 + sign * v)) / x.Length;

    static void Gradient(CaseRun run, int n, int m, DType type, Draw draw, int skew, bool inPlace)
    {
        TensorView real = run.Input(new Shape(n, 1), type, draw, skew), fake = run.Input(new Shape(m, 1), type, draw, skew);
        TensorView dloss = run.Input(new Shape(1), draw: Draw.Positive);
        var dreal = inPlace ? real : run.Output(real.Shape, type, skew);
        var dfake = inPlace ? fake : run.Output(fake.Shape, type, skew);
        run.Backend.HingeDiscriminatorBackward(real, fake, dloss, dreal, dfake);
        var tolerance = new Tolerance(0, 1e-6).In(type);
        // In single precision 1 + x is 0 where x is just above −1, and then there is no slope.
        run.Expect("dreal", dreal, tolerance, () => Array.ConvertAll(run[real], v => 1 - (float)v > 0 ? -run[dloss][0] / n : 0));
        run.Expect("dfake", dfake, tolerance, () => Array.ConvertAll(run[fake], v => 1 + (float)v > 0 ? run[dloss][0] / m : 0));
    }
}
