using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times of kernels that memory bounds, at the shapes of the published SSGAN-32 and at larger ones.</summary>
static class KernelTimes
{
    /// <summary>Batches and sides of rotated images.</summary>
    static readonly (int Batch, int Side)[] s_turned = [(64, 32), (256, 32), (64, 128), (1024, 128)];

    /// <summary>Parameters of a network, one array each.</summary>
    static readonly int[] s_parameters = [1 << 20, 1 << 19, 590592, 590592, 590592, 590592, 590592, 590592, 65792, 65792, 65792];

    public static PartResult Run(CudaBackend card, PartContext context)
    {
        int divisor = context.Options.Number("shrink", 1), repetitions = context.Options.Number("reps", Bench.DefaultRepetitions);
        context.Options.Finish();
        using var bench = new Bench(card, context, divisor, repetitions);
        foreach (var item in Items(divisor)) bench.Time(item);
        return bench.Result($"{bench.Measurements.Count} times of kernels");
    }

    /// <summary>Everything that is timed.</summary>
    /// <param name="divisor">Divides batches and widths: 1 on a card, more where a test has to be quick.</param>
    public static IEnumerable<BenchItem> Items(int divisor = 1)
    {
        foreach (var (batch, side) in s_turned)
        {
            foreach (var type in BenchItem.Storages) yield return Turn(batch, side, type, divisor);
        }
        yield return GatherTurn(64, 32, divisor);
        yield return Spectral(Math.Max(1, 128 / divisor));
        foreach (var type in BenchItem.Storages)
        {
            yield return BatchNorm(64, 32, 256, type, divisor);
            yield return Upsample(64, 16, 256, type, divisor);
            yield return Pool(192, 32, 128, type, divisor);
        }
        yield return Adam(divisor);
        yield return new("randn/64x128", "f32", 4L * 64 * 128, 0, static (card, memory) =>
        {
            var (y, generator) = (memory.Empty(new Shape(64, 128)), memory.Empty(new Shape(4), DType.I32));
            card.Fill(generator, 1);
            return () => card.Normal(y, generator);
        });
    }

    static BenchItem Turn(int batch, int side, DType type, int divisor)
    {
        var shape = new Shape(Math.Max(1, batch / divisor), side, side, 3);
        return new($"rotate_quarters/{BenchItem.Spell(type)}/n{batch}s{side}", BenchItem.Spell(type), 2 * shape.Count * type.Size(), 0, (card, memory) =>
        {
            var (x, y, labels) = (memory.Numbers(shape, type), memory.Empty(shape, type), memory.Empty(new Shape(shape[0]), DType.I32));
            return () => card.RotateQuarters(x, y, labels);
        });
    }

    /// <summary>A whole batch of real images: gathered from bytes, normalised, and turned.</summary>
    static BenchItem GatherTurn(int batch, int side, int divisor)
    {
        int count = Math.Max(1, batch / divisor), set = count * 16;
        var shape = new Shape(count, side, side, 3);
        return new($"gather_rotate/n{batch}s{side}", "f32", shape.Count * (1 + 2 * sizeof(float)), 0, (card, memory) =>
        {
            var numbers = memory.Numbers(new Shape(set, side, side, 3));
            var (pixels, indices) = (memory.Empty(new Shape(set, side, side, 3), DType.U8), memory.Empty(new Shape(count), DType.I32));
            card.Cast(numbers, pixels);
            card.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>([.. Enumerable.Range(0, count).Select(i => i * 7 % set)]), indices);
            var (upright, rotated, labels) = (memory.Empty(shape), memory.Empty(shape), memory.Empty(new Shape(count), DType.I32));
            return () => card.GatherRotate(pixels, indices, default, upright, rotated, labels);
        });
    }

    /// <summary>All layers of the discriminator whose blocks have so many channels.</summary>
    static BenchItem Spectral(int c)
    {
        (int Rows, int Columns)[] layers =
        [
            (c, 27), (c, 9 * c), (c, 3), (c, 9 * c), (c, 9 * c), (c, c), (c, 9 * c), (c, 9 * c), (c, 9 * c), (c, 9 * c), (1, c), (4, c),
        ];
        // A power iteration reads W twice, the division reads it once more and writes.
        long bytes = layers.Sum(static l => 4L * l.Rows * l.Columns) * sizeof(float);
        return new("spectral_norm/all_D_layers", "f32", bytes, 0, (card, memory) =>
        {
            SpectralLayer[] all = [.. layers.Select(l => new SpectralLayer(memory.Numbers(new Shape(l.Rows, l.Columns)), memory.Numbers(new Shape(l.Rows)),
                memory.Numbers(new Shape(l.Columns)), memory.Empty(new Shape(1)), memory.Empty(new Shape(l.Rows, l.Columns))))];
            return () => card.SpectralNormForward(all, 1, 1e-12f);
        });
    }

    static BenchItem BatchNorm(int batch, int side, int channels, DType type, int divisor)
    {
        var (shape, c) = (new Shape(Math.Max(2, batch / divisor), side, side, Math.Max(1, channels / divisor)), new Shape(Math.Max(1, channels / divisor)));
        var spec = new BatchNormSpec(1e-5f, 0.1f, Relu: true);
        // Forward reads x twice and writes y; backward reads x and dy twice and writes dx.
        return new($"bn_relu_fwd_bwd/{BenchItem.Spell(type)}/c{channels}s{side}n{batch}", BenchItem.Spell(type), 8 * shape.Count * type.Size(), 0, (card, memory) =>
        {
            var (x, y, dy, dx) = (memory.Numbers(shape, type), memory.Empty(shape, type), memory.Numbers(shape, type), memory.Empty(shape, type));
            var (gamma, beta, mean, invStd) = (memory.Numbers(c), memory.Numbers(c), memory.Empty(c), memory.Empty(c));
            var (runningMean, runningVar, dgamma, dbeta) = (memory.Numbers(c), memory.Numbers(c), memory.Empty(c), memory.Empty(c));
            return () =>
            {
                card.BatchNormForward(x, gamma, beta, default, runningMean, runningVar, y, mean, invStd, spec);
                card.BatchNormBackward(x, gamma, beta, default, mean, invStd, dy, dx, dgamma, dbeta, spec);
            };
        });
    }

    static BenchItem Upsample(int batch, int side, int channels, DType type, int divisor)
    {
        var shape = new Shape(Math.Max(1, batch / divisor), side, side, Math.Max(1, channels / divisor));
        return new($"upsample_bilinear_fwd/{BenchItem.Spell(type)}/c{channels}s{side}n{batch}", BenchItem.Spell(type), 5 * shape.Count * type.Size(), 0, (card, memory) =>
        {
            var (x, y) = (memory.Numbers(shape, type), memory.Empty(new Shape(shape[0], 2 * side, 2 * side, shape[3]), type));
            return () => card.Upsample2x(x, y, UpsampleMode.Bilinear);
        });
    }

    static BenchItem Pool(int batch, int side, int channels, DType type, int divisor)
    {
        var shape = new Shape(Math.Max(1, batch / divisor), side, side, Math.Max(1, channels / divisor));
        return new($"avg_pool_fwd/{BenchItem.Spell(type)}/c{channels}s{side}n{batch}", BenchItem.Spell(type), 5 * shape.Count * type.Size() / 4, 0, (card, memory) =>
        {
            var (x, y) = (memory.Numbers(shape, type), memory.Empty(new Shape(shape[0], side / 2, side / 2, shape[3]), type));
            return () => card.AvgPool2d(x, y, new PoolSpec(2, 2, 0));
        });
    }

    static BenchItem Adam(int divisor)
    {
        int[] sizes = [.. s_parameters.Select(n => n / divisor)];
        // Reads parameter, gradient and two moments, writes all but the gradient.
        return new("adam", "f32", sizes.Sum(static n => 7L * n) * sizeof(float), 0, (card, memory) =>
        {
            AdamSlot[] slots = [.. sizes.Select(n => new AdamSlot(memory.Numbers(new Shape(n)), memory.Numbers(new Shape(n)), memory.Empty(new Shape(n)), memory.Empty(new Shape(n))))];
            foreach (var slot in slots)
            {
                card.Fill(slot.FirstMoment, 0);
                card.Fill(slot.SecondMoment, 0);
            }
            var (step, rate) = (memory.Empty(new Shape(1), DType.I32), memory.Empty(new Shape(1)));
            card.Fill(step, 0);
            card.Fill(rate, 2e-4f);
            return () => card.Adam(slots, step, rate, new AdamSpec(0, 0.9, 1e-8));
        });
    }
}
