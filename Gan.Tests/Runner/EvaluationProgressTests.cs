using Ssgan.Gan.Data;
using Ssgan.Runner.Views;

namespace Ssgan.Tests.Runner;

public sealed class EvaluationProgressTests
{
    [Test]
    public void EachEvaluationCountsFromItsOwnBeginning()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var progress = new EvaluationProgress(output);
        foreach (long done in new long[] { 0, 50, 100, 0, 100 }) progress.Report(new DataProgress("drawn", done, 100));
        foreach (long done in new long[] { 40, 100 }) progress.Report(new DataProgress("drawn", done, 100));
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines, Has.Exactly(3).StartsWith("drawn images: 100 in "));
        Assert.That(lines[2], Is.EqualTo("drawn images: going on after 40 of 100"));
    }
}
