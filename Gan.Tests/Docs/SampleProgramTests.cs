using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
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

    /// <summary>Ten classes that differ in the row that is bright, in the files' own form.</summary>
    [Test]
    public void A_classifier_learns_from_four_files()
    {
        using var temp = new TempFolder();
        foreach (var (part, count) in new[] { ("train", 640), ("t10k", 50) })
        {
            byte[] pixels = new byte[count * 784], labels = new byte[count];
            for (int i = 0; i < count; i++)
            {
                labels[i] = (byte)(i % 10);
                pixels.AsSpan(784 * i + 56 * labels[i], 56).Fill(255);
            }
            Write($"{part}-images-idx3-ubyte.gz", [0, 0, 8, 3, 0, 0, (byte)(count >> 8), (byte)count, 0, 0, 0, 28, 0, 0, 0, 28],
                pixels);
            Write($"{part}-labels-idx1-ubyte.gz", [0, 0, 8, 1, 0, 0, (byte)(count >> 8), (byte)count], labels);
        }
        var (code, output, error) = Run("FashionMnist.dll", temp.Root, "2", "4");
        Assert.That((code, error), Is.EqualTo((0, "")));
        string[] lines = output.TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2));
        double[] losses = [.. lines.Select(static l => double.Parse(l.AsSpan(14, 6), CultureInfo.InvariantCulture))];
        Assert.That(losses[1], Is.LessThan(losses[0]));

        File.WriteAllBytes(temp["t10k-labels-idx1-ubyte.gz"], [1, 2, 3]);
        Assert.That(Run("FashionMnist.dll", temp.Root).Code, Is.Not.Zero, "a file that is no such file");

        void Write(string name, byte[] head, byte[] values)
        {
            using var file = new GZipStream(File.Create(temp[name]), CompressionLevel.Fastest);
            file.Write(head);
            file.Write(values);
        }
    }

    static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        string path = Path.Combine(TestContext.CurrentContext.TestDirectory, program);
        var start = new ProcessStartInfo("dotnet", [path, .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error);
    }
}
