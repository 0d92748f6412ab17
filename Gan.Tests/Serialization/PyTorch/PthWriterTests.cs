using System.Diagnostics;
using System.IO.Compression;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization.PyTorch;

/// <summary>Files written for PyTorch: read by this library, by .NET's ZIP reader, and by PyTorch where it is.</summary>
sealed class PthWriterTests
{
    const string Python = "/usr/bin/python3";

    static readonly float[] s_values = [1, -2.5f, 0, -0f, float.MaxValue, 1e-40f];

    static string Write(TempFolder folder)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        string path = folder["w.pth"];
        PthWriter.Write(path, [("block2.c1.weight", device.From(s_values, new Shape(1, 2, 1, 3))),
            ("größe", device.From([7, -8, int.MaxValue], new Shape(3))), ("one", device.Scalar(3)),
            ("none", device.Zeros(new Shape(0, 4))), ("bytes", device.From((byte[])[1, 2, 255], new Shape(3, 1)))]);
        return path;
    }

    [Test]
    public void Is_read_back_as_it_was()
    {
        using var folder = new TempFolder();
        using var file = PthFile.Open(Write(folder));
        var entries = file.Entries.Select(static e => $"{e.Name} {e.DType} ({string.Join(", ", e.Shape.ToArray())})");
        Assert.That(entries, Is.EqualTo(new[]
        {
            "block2.c1.weight F32 (1, 2, 1, 3)", "größe I32 (3)", "one F32 ()", "none F32 (0, 4)", "bytes U8 (3, 1)",
        }));
        byte[] bytes = new byte[4 * s_values.Length];
        file.Entries[0].Read(bytes);
        Assert.That(bytes, Is.EqualTo(s_values.SelectMany(BitConverter.GetBytes)));
    }

    [Test]
    public void Is_a_sound_archive_with_aligned_tensors_and_the_same_bytes_each_time()
    {
        using var folder = new TempFolder();
        byte[] bytes = File.ReadAllBytes(Write(folder));
        using var archive = new ZipArchive(new MemoryStream(bytes));
        foreach (var member in archive.Entries)
        {
            // Reading to the end checks the checksum.
            using var content = member.Open();
            content.CopyTo(Stream.Null);
        }
        int at = bytes.AsSpan().IndexOf(s_values.SelectMany(BitConverter.GetBytes).ToArray());
        Assert.That(at, Is.GreaterThan(0));
        Assert.That(at % 64, Is.Zero);
        Assert.That(File.ReadAllBytes(Write(folder)), Is.EqualTo(bytes));
    }

    [Test]
    public void A_name_that_is_there_twice_is_refused_and_leaves_no_file()
    {
        using var folder = new TempFolder();
        using var device = Device.Cpu(1);
        using var x = device.Scalar(1);
        var refused = Assert.Throws<ArgumentException>(() => PthWriter.Write(folder["w.pth"], [("a", x), ("a", x)]))!;
        Assert.That(refused.Message, Does.Contain("'a'").And.Contain("twice"));
        Assert.That(Directory.GetFiles(folder.Root), Is.Empty);
    }

    [Test]
    public void PyTorch_loads_it_with_weights_only()
    {
        const int NoTorch = 77;
        if (!File.Exists(Python)) Assert.Ignore($"There is no {Python}.");
        using var folder = new TempFolder();
        string path = Write(folder);
        var (code, output) = Run("-c", """
            import collections, sys
            try: import torch
            except ImportError: sys.exit(77)
            w = torch.load(sys.argv[1], weights_only=True)
            assert type(w) is collections.OrderedDict, type(w)
            for name, t in w.items(): print(name, t.dtype, list(t.shape), t.flatten().tolist())
            """, path);
        if (code == NoTorch) Assert.Ignore($"{Python} has no torch; apt-get install python3-torch");
        Assert.That(code, Is.Zero, output);
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "block2.c1.weight torch.float32 [1, 2, 1, 3] [1.0, -2.5, 0.0, -0.0, 3.4028234663852886e+38, 9.99994610111476e-41]",
            "größe torch.int32 [3] [7, -8, 2147483647]", "one torch.float32 [] [3.0]", "none torch.float32 [0, 4] []",
            "bytes torch.uint8 [3, 1] [1, 2, 255]",
        }));
    }

    static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + error.Result);
    }
}
