using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>A number that a kernel divides indices by, and its reciprocal; the twin of Divisor in divide.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct Divisor
{
    readonly long _number;
    readonly ulong _reciprocal;

    public Divisor(long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        (_number, _reciprocal) = (number, ulong.MaxValue / (ulong)number);
    }

    /// <summary>What is divided by.</summary>
    public long Number => _number;
}
