using System.Globalization;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Measurement;

namespace Ssgan.Benchmarks.Results;

/// <summary>A copy that moves so many bytes (read plus written), and its rate in GB/s.</summary>
sealed record CopyRate(long Bytes, double Gigabytes);

/// <summary>What a device reached in the same process: the least time for a workload follows from it.</summary>
/// <param name="CopyGigabytes">Bandwidth of a copy far larger than the caches, bytes read plus bytes written, in GB/s.</param>
/// <param name="Teraflops">Rates of a large matrix product in TFLOP/s, by precision.</param>
sealed record Ceilings(double CopyGigabytes, IReadOnlyDictionary<string, double> Teraflops)
{
    public const string Copy = "copy", Product = "product";

    /// <summary>
    /// Bandwidth by size, smallest first: the CPU's caches hold what small workloads touch. None where only the
    /// large copy was timed.
    /// </summary>
    public IReadOnlyList<CopyRate> Copies { get; init; } = [];

    /// <summary>Measures an idle device.</summary>
    /// <param name="backend">The CPU or a card.</param>
    /// <param name="divisor">1 for full size, more where a test has to be quick.</param>
    public static Ceilings Of(Backend backend, int divisor = 1)
    {
        if (backend is CudaBackend card)
        {
            var speed = CardSpeed.Measure(card, (1L << 30) / divisor / divisor, Math.Max(16, 8192 / divisor / divisor));
            var products = speed.Products.ToDictionary(static p => p.Precision, static p => p.OperationsPerSecond / 1e12);
            return new(speed.CopyBytesPerSecond / 1e9, products);
        }
        var host = HostSpeed.Measure((CpuBackend)backend, (1L << 28) / divisor / divisor, Math.Max(16, 1024 / divisor));
        CopyRate[] copies = [.. host.Copies.Select(static c => new CopyRate(c.Bytes, c.BytesPerSecond / 1e9))];
        return new(copies[^1].Gigabytes,
            new Dictionary<string, double> { ["f32"] = host.ProductOperationsPerSecond / 1e12 }) { Copies = copies };
    }

    /// <summary>One line: "copies 12.3 GB/s, f32 products 0.150 TFLOP/s".</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"copies {CopyGigabytes:0.0} GB/s")
        + string.Concat(Teraflops.Select(static t => string.Create(CultureInfo.InvariantCulture,
            $", {t.Key} products {t.Value:0.000} TFLOP/s")));

    /// <summary>
    /// Bandwidth in GB/s of a copy that moves so many bytes: between two measured sizes, in proportion of their logarithms.
    /// </summary>
    public double CopyGigabytesOf(long bytes)
    {
        if (Copies.Count == 0) return CopyGigabytes;
        int above = 0;
        while (above < Copies.Count && Copies[above].Bytes < bytes) above++;
        if (above == 0) return Copies[0].Gigabytes;
        if (above == Copies.Count) return Copies[^1].Gigabytes;
        var (low, high) = (Copies[above - 1], Copies[above]);
        double part = Math.Log((double)bytes / low.Bytes) / Math.Log((double)high.Bytes / low.Bytes);
        return low.Gigabytes + part * (high.Gigabytes - low.Gigabytes);
    }

    /// <summary>
    /// The least time that this device needs by its own rates, in seconds, and which of them says so: the larger of bytes over
    /// bandwidth and operations over the rate of products. None for what the host's files and processes bound.
    /// </summary>
    public (double Seconds, string Against)? Least(Workload w)
    {
        if (w.Kind == WorkloadKind.Host) return null;
        double copying = w.Bytes == 0 ? 0 : w.Bytes / (CopyGigabytesOf(w.Bytes) * 1e9);
        double multiplying = w.Operations > 0 && Teraflops.TryGetValue(w.Precision, out double rate)
            ? w.Operations / (rate * 1e12) : 0;
        if (copying == 0 && multiplying == 0) return null;
        return multiplying >= copying ? (multiplying, Product) : (copying, Copy);
    }
}
