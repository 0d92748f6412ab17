using System.Diagnostics;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Engine.Kernels.Measurement;

/// <summary>
/// The rates that bound every primitive on the host, as measured with a backend's own threads: what others are fractions of.
/// </summary>
/// <param name="Copies">
/// Bytes that a copy moves (read plus written) and bytes per second, from the smallest, which caches hold, to the largest,
/// which none does.
/// </param>
/// <param name="ProductOperationsPerSecond">Operations per second of a large F32 matrix product.</param>
sealed record HostSpeed(IReadOnlyList<(long Bytes, double BytesPerSecond)> Copies, double ProductOperationsPerSecond)
{
    const long Smallest = 1L << 16;
    const double CopySeconds = 0.05, ProductSeconds = 0.4;

    /// <summary>Measures within some four seconds.</summary>
    /// <param name="cpu">An idle backend.</param>
    /// <param name="most">Bytes that the largest copy moves: far more than the caches hold.</param>
    /// <param name="side">Side of the square matrices.</param>
    public static HostSpeed Measure(CpuBackend cpu, long most = 1L << 28, int side = 1024)
    {
        using var memory = new Blocks(cpu);
        var (x, y) = (memory.Numbers(Floats(most)), memory.Numbers(Floats(most)));
        var copies = new List<(long, double)>();
        for (long bytes = Math.Min(Smallest, most); bytes <= most; bytes *= 4)
        {
            var shape = Floats(bytes);
            var (from, to) = (x with { Shape = shape }, y with { Shape = shape });
            // Waking threads costs more than a small copy, and writing around the caches pays for what does not fit them.
            (int Slices, bool Around)[] ways = [(1, false), (cpu.Threads, false), (cpu.Threads, true)];
            copies.Add((bytes, bytes / ways.Min(way => Median(() => cpu.Copy(from, to, way.Slices, way.Around), CopySeconds))));
        }
        var square = new Shape(side, side);
        var (a, b, c) = (memory.Numbers(square), memory.Numbers(square), memory.Empty(square));
        // A multiplication and an addition per term.
        return new(copies, 2.0 * side * side * side / Median(() => cpu.MatMul(a, false, b, false, c, false), ProductSeconds));
    }

    /// <summary>Half of the bytes are read, the other half written.</summary>
    static Shape Floats(long moved) => new((int)(moved / 2 / sizeof(float)));

    static double Median(Action work, double budget)
    {
        var clock = Stopwatch.StartNew();
        // The runtime compiles a method well only after it has run for a while.
        do work();
        while (clock.Elapsed.TotalSeconds < budget);
        var times = new List<double>();
        clock.Restart();
        do
        {
            long start = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (clock.Elapsed.TotalSeconds < budget || times.Count < 3);
        times.Sort();
        return times[times.Count / 2];
    }
}
