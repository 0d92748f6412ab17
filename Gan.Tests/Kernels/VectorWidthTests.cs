using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.RegularExpressions;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// CI runs the CPU's tests again with narrower vectors, as processors without AVX-512 or AVX2 have them, and says in
/// SSGAN_MOST_VECTOR_BITS how wide they may be then. A switch that does nothing would make that run the first one again.
/// </summary>
public sealed partial class VectorWidthTests
{
    const string Most = "SSGAN_MOST_VECTOR_BITS";

    static int Widest =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    [Test]
    public void Vectors_are_as_wide_as_the_processor_has_them_unless_they_are_narrowed()
    {
        string? most = Environment.GetEnvironmentVariable(Most);
        TestContext.Out.WriteLine($"{Widest}-bit vectors, {Most}={most}");
        if (most is not null)
            Assert.That(Widest, Is.LessThanOrEqualTo(int.Parse(most)),
                $"{Most} is {most}, but nothing narrowed the vectors to that");
        // AVX2 is bit 5 of leaf 7.
        else if (X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 5)) != 0)
            Assert.That(Widest, Is.GreaterThanOrEqualTo(256));
        Assert.That(SimdPath.Auto.Resolve(),
            Is.EqualTo(Widest switch { 512 => SimdPath.Vector512, 256 => SimdPath.Vector256, _ => SimdPath.Vector128 }));
        Assert.That(8 * Vector<byte>.Count, Is.LessThanOrEqualTo(Math.Max(Widest, 128)));
    }

    [Test]
    public void The_runtime_knows_the_switches_that_CI_sets()
    {
        var names = Switch().Matches(File.ReadAllText(RepoRoot.At(".ci", "run")))
            .Select(static m => m.Groups[1].Value).Distinct().ToList();
        Assert.That(names, Has.Count.GreaterThanOrEqualTo(3));
        string library = OperatingSystem.IsWindows() ? "coreclr.dll" : OperatingSystem.IsMacOS()
            ? "libcoreclr.dylib" : "libcoreclr.so";
        byte[] runtime = File.ReadAllBytes(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), library));
        var unknown = names.Where(name => runtime.AsSpan().IndexOf(Encoding.Unicode.GetBytes(name + '\0')) < 0);
        Assert.That(unknown, Is.Empty);
    }

    [GeneratedRegex(@"\bDOTNET_(Enable\w+)")]
    private static partial Regex Switch();
}
