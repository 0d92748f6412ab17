namespace Ssgan.Engine.Kernels;

/// <summary>The blocks of a launch and the threads of a block.</summary>
/// <param name="Blocks">Blocks along x: 1 to 2³¹ − 1.</param>
/// <param name="Threads">Threads of a block along x; of all axes together at most 1,024, or what the kernel declares.</param>
/// <param name="BlocksY">Blocks along y: 1 to 65,535.</param>
/// <param name="BlocksZ">Blocks along z: 1 to 65,535.</param>
/// <param name="ThreadsY">Threads along y.</param>
/// <param name="ThreadsZ">Threads along z, at most 64.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
public readonly record struct LaunchShape(int Blocks, int Threads, int BlocksY = 1, int BlocksZ = 1, int ThreadsY = 1,
    int ThreadsZ = 1, int SharedBytes = 0)
{
    /// <summary>One thread for each of some items, at least one block; threads beyond the last item must end at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Too many items for one axis of blocks, or no threads.</exception>
    public static LaunchShape Over(long items, int threads = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        long blocks = Math.Max(1, (items + threads - 1) / threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, int.MaxValue, nameof(items));
        return new((int)blocks, threads);
    }

    /// <summary>Threads of a block.</summary>
    internal long BlockThreads => (long)Threads * ThreadsY * ThreadsZ;

    /// <summary>What no device launches, as a part of a sentence; null if nothing.</summary>
    internal string? Misfit =>
        Blocks < 1 || BlocksY is < 1 or > 65535 || BlocksZ is < 1 or > 65535
            ? $"a grid of {Blocks} x {BlocksY} x {BlocksZ} blocks is impossible"
        : Threads < 1 || ThreadsY < 1 || ThreadsZ is < 1 or > 64 || BlockThreads > 1024
            ? $"a block of {Threads} x {ThreadsY} x {ThreadsZ} threads is impossible"
        : SharedBytes < 0 ? $"{SharedBytes} bytes of shared memory are impossible" : null;

    /// <summary>For messages.</summary>
    public override string ToString() => $"{Blocks} x {BlocksY} x {BlocksZ} blocks of {Threads} x {ThreadsY} x {ThreadsZ} "
        + $"threads, {SharedBytes} bytes of dynamic shared memory";
}
