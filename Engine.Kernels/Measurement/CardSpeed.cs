using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Engine.Kernels.Measurement;

/// <summary>The two rates that bound every kernel, as measured on a card: what others are fractions of.</summary>
/// <param name="CopyBytesPerSecond">The driver's device-to-device copy, bytes read plus bytes written.</param>
/// <param name="Products">Operations per second of a large matrix product, by precision: "f32", and "tf32" and "bf16" where the
/// card has them.</param>
sealed record CardSpeed(double CopyBytesPerSecond, IReadOnlyList<(string Precision, double OperationsPerSecond)> Products)
{
    /// <summary>Measures within a few seconds.</summary>
    /// <param name="backend">An idle card's.</param>
    /// <param name="copyBytes">Size of the copy: far more than the cache.</param>
    /// <param name="side">Side of the square matrices: enough to fill the card.</param>
    /// <exception cref="ArgumentException">It is no card's.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The card is full.</exception>
    public static CardSpeed Measure(Backend backend, long copyBytes = 1L << 30, int side = 8192)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (backend is not CudaBackend card) throw new ArgumentException($"{backend.Name} is no GPU.", nameof(backend));
        using var timer = new EventTimer(card);
        double copy = Copy(card, timer, (int)Math.Min(copyBytes, card.Properties.TotalBytes / 8) / sizeof(float));
        var products = new List<(string, double)> { ("f32", Product(card, timer, DType.F32, false, side)) };
        if (card.Properties.Supports(8, 0))
        {
            products.Add(("tf32", Product(card, timer, DType.F32, true, side)));
            products.Add(("bf16", Product(card, timer, DType.BF16, false, side)));
        }
        return new CardSpeed(copy, products);
    }

    static double Copy(CudaBackend card, EventTimer timer, int count)
    {
        using var memory = new Blocks(card);
        var (x, y) = (memory.Numbers(new Shape(count)), memory.Empty(new Shape(count)));
        var time = timer.Measure(() => card.Copy(x, y), warmup: 2, repetitions: 20, budgetSeconds: 0.5);
        return 2.0 * x.Bytes / (time.MedianMs / 1000);
    }

    static double Product(CudaBackend card, EventTimer timer, DType type, bool tf32, int side)
    {
        using var memory = new Blocks(card);
        var shape = new Shape(side, side);
        var (a, b, c) = (memory.Numbers(shape, type), memory.Numbers(shape, type), memory.Empty(shape, type));
        bool before = card.AllowTf32;
        card.AllowTf32 = tf32;
        try
        {
            var time = timer.Measure(() => card.MatMul(a, false, b, false, c, false), warmup: 2,
                repetitions: 20, budgetSeconds: 0.5);
            // A multiplication and an addition per term.
            return 2.0 * side * side * side / (time.MedianMs / 1000);
        }
        finally
        {
            card.AllowTf32 = before;
        }
    }
}
