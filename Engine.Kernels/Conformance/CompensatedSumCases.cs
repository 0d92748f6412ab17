namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>A sum in two numbers: where the value is lost, the sum is lost, and nothing is.</summary>
static class CompensatedSumCases
{
    public static IEnumerable<ConformanceCase> All =>
        from sum in new[] { 0f, 1f, -3e7f, 200_000f, 1e-40f }
        from value in new[] { 0.1f, -1f, 1e-9f, 5e12f, 1e-42f }
        select new ConformanceCase("CompensatedSum", $"{value} to {sum}", run => Add(run, sum, value));

    static void Add(CaseRun run, float sum, float value)
    {
        const float lost = 0.015625f;
        TensorView s = run.Input(new Shape(2), [sum, lost]), v = run.Input(new Shape(1), [value]);
        run.Backend.CompensatedSum(s, v);
        double exact = (double)sum + lost + value;
        run.Expect("sum", s, Tolerance.Rounding, () => [(float)exact, exact - (float)exact]);
    }
}
