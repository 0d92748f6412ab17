using System.Runtime.InteropServices;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// Handlers of signals from before a library was loaded, to be put back after. UCX, below MPICH and below Open MPI on
/// InfiniBand, takes SIGSEGV and others for itself, and a null reference, of which .NET makes an exception by that signal, then
/// ends the process (findings/ucx-signals.sh).
/// </summary>
readonly unsafe struct KeptSignals : IDisposable
{
    /// <summary>More than a struct sigaction has in any C library.</summary>
    const int Bytes = 512;
    /// <summary>HUP, INT, QUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, TERM, on Linux.</summary>
    static ReadOnlySpan<byte> Signals => [1, 2, 3, 4, 5, 6, 7, 8, 11, 15];

    readonly byte* _kept;
    readonly delegate* unmanaged<int, byte*, byte*, int> _sigaction;

    /// <summary>Keeps them.</summary>
    public KeptSignals()
    {
        _sigaction = (delegate* unmanaged<int, byte*, byte*, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(),
            "sigaction");
        _kept = (byte*)NativeMemory.AllocZeroed((nuint)(Bytes * Signals.Length));
        for (int i = 0; i < Signals.Length; i++) _sigaction(Signals[i], null, _kept + i * Bytes);
    }

    /// <summary>Puts them back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < Signals.Length; i++) _sigaction(Signals[i], _kept + i * Bytes, null);
        NativeMemory.Free(_kept);
    }
}
