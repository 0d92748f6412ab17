using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Emulator;

/// <summary>
/// A compiler's output: the kernels we ship are understood to the last modifier, and a sample computes what its source says.
/// </summary>
[TestFixture]
public class CompiledKernelTests
{
    [Test]
    public void EveryShippedKernelIsUnderstood()
    {
        string[] files = Directory.GetFiles(RepoRoot.At("kernels", "ptx"), "*.ptx");
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
        {
            var module = PtxModule.Parse(File.ReadAllText(file));
            Assert.That(module.Kernels, Is.Not.Empty, file);
            foreach (var kernel in module.Kernels)
                Assert.That(kernel.ParameterBytes, Is.LessThanOrEqualTo(Executor.MaxParameterBytes), $"{kernel.Name} of {file}");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Args
    {
        public ulong X, Y;
        public long N;
        public int K;
    }

    static void Run(PtxBench bench, ModuleInstance instance, string kernel, Args args, int blocks, int threads) =>
        bench.Executor.Run(instance.Module.Find(kernel)!, instance, new Dim3(blocks), new Dim3(threads), 0,
            MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in args), 1)), false);

    static PtxModule Sample() =>
        PtxModule.Parse(File.ReadAllText(RepoRoot.At("Gan.Tests", "Emulator", "Samples", "compiled.ptx")));

    static float[] Draw(int count)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 10 - 2))];
    }

    [Test]
    public void SumsInAnyOrderOfWarps([Values(null, 1, 2, 3)] int? seed)
    {
        float[] x = Draw(1003);
        using var bench = new PtxBench(new EmulatorOptions { Seed = seed });
        ulong from = bench.Upload<float>(x), to = bench.Reserve(12);
        using var instance = bench.Executor.Load(Sample());
        Run(bench, instance, "weighted_sum", new Args { X = from, Y = to, N = x.Length }, 3, 128);
        double want = x.Select((value, i) => (double)value * (i % 4 + 1)).Sum();
        Assert.That(bench.Download<float>(to, 3).Sum(value => (double)value), Is.EqualTo(want).Within(1e-2));
        Assert.That(instance.TryFind("blocks_done", out ulong done, out _) && bench.Download<int>(done, 1)[0] == 3);
    }

    static float Helper(float a, float b) => a > b ? a * b : a / b + MathF.Sqrt(a);

    static float Choose(float[] x, int i, int k)
    {
        float s = 0;
        for (int j = 0; j < k; j++) s += x[i + ((i + j) & 15)];
        return k switch
        {
            0 => i / 7 - i % 7,
            1 => MathF.Floor(s),
            2 => MathF.Round(s),
            3 => Helper(s, x[i]),
            4 => (ulong)(long)s % 13,
            5 => (float)(s / 3.0),
            6 => s * s * s,
            7 => Helper(x[i], s),
            _ => s,
        };
    }

    [Test]
    public void Chooses([Range(0, 8)] int k)
    {
        const int Count = 333;
        float[] x = Draw(Count + 15);
        using var bench = new PtxBench();
        ulong from = bench.Upload<float>(x), to = bench.Reserve(Count * 4);
        using var instance = bench.Executor.Load(Sample());
        Run(bench, instance, "choose", new Args { X = from, Y = to, N = Count, K = k }, 6, 64);
        Assert.That(bench.Download<float>(to, Count), Is.EqualTo(Enumerable.Range(0, Count).Select(i => Choose(x, i, k))));
    }
}
