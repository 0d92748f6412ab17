using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// A stream of random numbers on a device: Philox 4x32-10 with a 64-bit key (the seed) and a 64-bit counter. The same seed gives
/// the same numbers on every device and for any number of threads; saving <see cref="State"/> and restoring it continues exactly.
/// Ranks that share a batch each take the numbers of their own samples: together those that one rank would draw.
/// </summary>
public sealed class Rng : IDisposable
{
    // A probability is that of 1 / bound within 2⁻²³: so within a hundredth of itself.
    const int MostIntegers = 1 << 16;
    readonly Tensor _state;

    /// <summary>A stream that starts at counter 0.</summary>
    public Rng(Device device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        _state = device.From([(int)(uint)seed, (int)(uint)(seed >> 32), 0, 0], new Shape(4)).Own();
    }

    /// <summary>Where the numbers are made.</summary>
    public Device Device => _state.Device;

    /// <summary>Key and counter. Reading waits for the device.</summary>
    public (ulong Seed, ulong Counter) State
    {
        get
        {
            var s = _state.ToArray<int>();
            return (Join(s[0], s[1]), Join(s[2], s[3]));
        }
        set => _state.CopyFrom<int>([(int)(uint)value.Seed, (int)(uint)(value.Seed >> 32), (int)(uint)value.Counter,
            (int)(uint)(value.Counter >> 32)]);
    }

    /// <summary>Which samples of a batch are drawn for; all, unless ranks share it.</summary>
    public BatchShare Share { get; set; } = BatchShare.Whole;

    /// <summary>Standard normal numbers.</summary>
    /// <param name="shape">The result's shape.</param>
    /// <param name="batchAxis">The axis along which samples of a batch lie, where numbers belong to samples: of those of the
    /// whole batch the result has the ones of this rank's <see cref="Share"/>.</param>
    public Tensor Normal(Shape shape, int? batchAxis = null)
    {
        var y = Device.Empty(Drawn(shape, batchAxis)).Named("Normal");
        _state.Backend.Normal(y.View, _state.View);
        return Shared(y, shape, batchAxis);
    }

    /// <summary>Uniform numbers in [low, high).</summary>
    /// <param name="shape">The result's shape.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">What none reaches.</param>
    /// <param name="batchAxis">As of <see cref="Normal"/>.</param>
    public Tensor Uniform(Shape shape, float low = 0, float high = 1, int? batchAxis = null)
    {
        var y = Device.Empty(Drawn(shape, batchAxis)).Named("Uniform");
        _state.Backend.Uniform(y.View, _state.View, low, high);
        return Shared(y, shape, batchAxis);
    }

    /// <summary>
    /// Whole numbers I32 in [0, bound), each with the same probability but for 2⁻²³, made on the device.
    /// </summary>
    /// <param name="shape">The result's shape.</param>
    /// <param name="bound">What none reaches.</param>
    /// <param name="batchAxis">As of <see cref="Normal"/>.</param>
    /// <exception cref="ArgumentException">The bound is below 1 or above 65,536.</exception>
    public Tensor Integers(Shape shape, int bound, int? batchAxis = null)
    {
        if (bound is < 1 or > MostIntegers)
            throw new ArgumentException($"Integers: the bound {bound} must be between 1 and {MostIntegers}.");
        // Numbers in [−½, bound − ½), rounded half to even: −½ to 0. The largest of them is a float below bound − ½, which is
        // a float as well, and so nearer to bound − 1 than to bound.
        using var numbers = Uniform(shape, -0.5f, bound - 0.5f, batchAxis);
        var y = Device.Empty(shape, DType.I32).Named("Integers");
        _state.Backend.Cast(numbers.View, y.View);
        return y;
    }

    /// <summary>Overwrites an F32 tensor with standard normal numbers.</summary>
    public void FillNormal(Tensor y)
    {
        ArgumentNullException.ThrowIfNull(y);
        Guard.F32("Normal", y);
        _state.Backend.Normal(y.MutableView, _state.View);
    }

    /// <summary>Frees the counter on the device.</summary>
    public void Dispose() => _state.Dispose();

    /// <summary>The shape of what all ranks draw.</summary>
    Shape Drawn(Shape shape, int? batchAxis)
    {
        if (batchAxis is not { } axis || Share.Size == 1) return shape;
        int a = Guard.Axis("Rng", shape, axis);
        return shape.With(a, checked(shape[a] * Share.Size));
    }

    /// <summary>This rank's part of what all ranks draw.</summary>
    Tensor Shared(Tensor drawn, Shape shape, int? batchAxis)
    {
        if (drawn.Shape == shape) return drawn;
        int axis = Guard.Axis("Rng", shape, batchAxis!.Value);
        var mine = drawn.Slice(axis, Share.First(shape[axis]), shape[axis]);
        drawn.Dispose();
        return mine;
    }

    static ulong Join(int low, int high) => (uint)low | (ulong)(uint)high << 32;
}
