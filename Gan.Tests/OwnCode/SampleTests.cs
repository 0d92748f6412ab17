using System.Diagnostics;
using System.Security.Cryptography;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.OwnCode;

/// <summary>samples/OwnKernel runs as a user would run it, and committed PTX is made from the sources as they are.</summary>
sealed class SampleTests
{
    [Test]
    public void The_sample_computes_and_checks_its_derivatives_on_both_devices()
    {
        string[] lines = Run().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] said =
        [
            "swish -0.0949 -0.1824 0.0000 0.8176 1.9051 2.9670", "sums of squares 5 14",
            "first and second derivatives agree with finite differences",
        ];
        Assert.That(lines.Select(static l => l.TrimEnd()),
            Is.EqualTo(said.Select(static s => "cpu: " + s).Concat(said.Select(static s => "cuda:0: " + s))));
    }

    [Test]
    public void The_functors_source_is_what_was_compiled() => Assert.That(Run("--source"),
        Is.EqualTo(File.ReadAllText(RepoRoot.At("samples", "OwnKernel", "kernels", "swish.cu"))));

    static IEnumerable<string> Sources => new[] { "samples/OwnKernel/kernels", "Gan.Tests/OwnCode/Kernels" }
        .SelectMany(static folder => SourceTree.Files(folder, "*.cu").Select(SourceTree.Relative));

    [TestCaseSource(nameof(Sources))]
    public void Ptx_is_made_from_its_source(string source)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(RepoRoot.At(source)).ReplaceLineEndings("\n"));
        Assert.That(File.ReadLines(RepoRoot.At(Path.ChangeExtension(source, "ptx"))).ElementAt(1),
            Is.EqualTo("// source: sha256 " + Convert.ToHexStringLower(SHA256.HashData(text))), "Run build.sh on its folder.");
    }

    static string Run(params string[] arguments)
    {
        string program = Path.Combine(TestContext.CurrentContext.TestDirectory, "OwnKernel.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That((process.ExitCode, error), Is.EqualTo((0, "")));
        return output.Result;
    }
}
