using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// Loops of a user's own.
public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// Runs a body over [0, count) in pieces [start, end) on this backend's threads; returns when all are done. What an item
    /// does must not depend on how the pieces are cut or in which order they run. An exception of the body is thrown here.
    /// </summary>
    /// <param name="count">Items.</param>
    /// <param name="grain">The least number of items that is worth waking a thread for: those of some 50 µs.</param>
    /// <param name="body">Called with the start and the end of a piece.</param>
    public void For(int count, int grain, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(grain, 1);
        var handle = GCHandle.Alloc(body);
        try
        {
            _workers.For(count, grain, new OwnRange(handle));
        }
        finally
        {
            handle.Free();
        }
    }

    // A loop's body has no references: the delegate goes by its handle.
    readonly struct OwnRange(GCHandle body) : IParallelBody
    {
        public void Invoke(int start, int end) => ((Action<int, int>)body.Target!)(start, end);
    }
}
