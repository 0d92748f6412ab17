using System.Runtime;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// What a program is told that was compiled ahead, where vector widths are settled when it is published: by IlcInstructionSet,
/// which the package sets for AVX2 unless the project says SsganVectors=false.
/// </summary>
static class CompiledAhead
{
    // Leaf 7 of CPUID, register EBX: AVX2; and F, DQ, CD, BW and VL, which x86-64-v4 is made of.
    const int Avx2 = 1 << 5, Avx512 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31;

    /// <summary>A sentence if this program leaves vectors of the processor unused, or null.</summary>
    public static string? Narrowness { get; } = JitInfo.GetCompiledMethodCount() > 0
        ? null // There is a JIT, which looks at the processor.
        : Sentence(SimdPath.Auto.Bits(), WidestBits());

    /// <summary>The sentence for vectors that a program was compiled for and those of the processor, in bits.</summary>
    public static string? Sentence(int compiled, int processor) => processor <= compiled ? null
        : $"This program was compiled ahead for {compiled}-bit vectors, and the processor has {processor}-bit ones: published "
            + $"with the property IlcInstructionSet set to {(processor == 512 ? "x86-64-v4" : "x86-64-v3")} it is faster here, "
            + "and starts on such processors only.";

    // Asked of the processor: IsSupported and IsHardwareAccelerated are constants of what the program was compiled for.
    static int WidestBits()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return 0;
        int features = X86Base.CpuId(7, 0).Ebx;
        return (features & Avx512) == Avx512 ? 512 : (features & Avx2) != 0 ? 256 : 128;
    }
}
