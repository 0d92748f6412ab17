using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// A stream of random numbers on a device: Philox 4x32-10 with a 64-bit key (the seed) and a 64-bit counter. The same seed gives
/// the same numbers on every device and for any number of threads; saving <see cref="State"/> and restoring it continues exactly.
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

    /// <summary>Standard normal numbers.</summary>
    public Tensor Normal(Shape shape)
    {
        var y = Device.Empty(shape).Named("Normal");
        _state.Backend.Normal(y.View, _state.View);
        return y;
    }

    /// <summary>Uniform numbers in [low, high).</summary>
    public Tensor Uniform(Shape shape, float low = 0, float high = 1)
    {
        var y = Device.Empty(shape).Named("Uniform");
        _state.Backend.Uniform(y.View, _state.View, low, high);
        return y;
    }

    /// <summary>
    /// Whole numbers I32 in [0, bound), each with the same probability but for 2⁻²³, made on the device.
    /// </summary>
    /// <exception cref="ArgumentException">The bound is below 1 or above 65,536.</exception>
    public Tensor Integers(Shape shape, int bound)
    {
        if (bound is < 1 or > MostIntegers)
            throw new ArgumentException($"Integers: the bound {bound} must be between 1 and {MostIntegers}.");
        // Numbers in [−½, bound − ½), rounded half to even: −½ to 0. The largest of them is a float below bound − ½, which is
        // a float as well, and so nearer to bound − 1 than to bound.
        using var numbers = Uniform(shape, -0.5f, bound - 0.5f);
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

    static ulong Join(int low, int high) => (uint)low | (ulong)(uint)high << 32;
}
