using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Engine.Kernels.Cpu.Threading;

/// <summary>
/// Asks for memory ahead of its use, where the hardware does not guess the walk. An address may lie past the end of an array:
/// nothing is read.
/// </summary>
static unsafe class Cache
{
    const int LineFloats = 16;

    /// <summary>A channel of each of some pixels, if it is the first in its line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float** pixels, int count, nint channel)
    {
        if (!Sse.IsSupported || channel % LineFloats != 0) return;
        for (int i = 0; i < count; i++) Sse.Prefetch0(pixels[i] + channel);
    }

    /// <summary>So many floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* from, nint floats)
    {
        if (!Sse.IsSupported) return;
        for (nint i = 0; i < floats; i += LineFloats) Sse.Prefetch1(from + i);
    }

    /// <summary>Some rows, a stride apart, so many floats of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* from, int rows, nint stride, nint floats)
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < rows; i++, from += stride)
        {
            for (nint j = 0; j < floats; j += LineFloats) Sse.Prefetch0(from + j);
        }
    }
}
