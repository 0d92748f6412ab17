using System.Diagnostics;
using Ssgan.Gan.Algorithms;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>The programs in samples/ run as users would run them.</summary>
sealed class SampleProgramTests
{
    static IEnumerable<string> Gans => GanCatalog.Names;

    [TestCaseSource(nameof(Gans))]
    public void A_short_program_trains_a_GAN_and_draws_with_it(string gan)
    {
        using var temp = new TempFolder();
        string program = Path.Combine(TestContext.CurrentContext.TestDirectory, "EmbedGan.dll");
        var start = new ProcessStartInfo("dotnet", [program, gan, "1"])
        {
            WorkingDirectory = temp.Root, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That((process.ExitCode, error, output.Result), Is.EqualTo((0, "", "")));
        Assert.That(new FileInfo(temp[$"{gan}.png"]).Length, Is.GreaterThan(1000));
    }
}
