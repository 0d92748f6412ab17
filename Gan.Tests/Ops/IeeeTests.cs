using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Ops;

/// <summary>
/// Operations that IEEE 754 defines give its results bit for bit, signs of zeros included, on the host and on the emulated card.
/// </summary>
[TestFixture("cpu")]
[TestFixture("cuda")]
sealed class IeeeTests(string name)
{
    EmulatedCuda? _cuda;

    // Subnormal numbers, zeros, huge ones: where multiplying by a reciprocal, or adding 0, shows.
    static readonly float[] s_values = [0f, -0f, 1, -1, 3, 7, 127.5f, 255, 1e-40f, -1e-40f, 1e-45f, 1.17549435e-38f,
        3.4e38f, -3.4e38f, 1e20f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
    static readonly float[] s_constants = [.. s_values, 2, -0.5f, 8, 1.70141183e38f, 1e-20f];

    [Test]
    public void A_number_divided_by_itself_is_one()
    {
        using var device = Open();
        var wrong = new List<int>();
        for (int i = 1; i <= 1000; i++)
        {
            using (device.Scope()) if (device.Scalar(i) / i is var y && y.ToArray()[0] != 1) wrong.Add(i);
        }
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Arithmetic_with_a_constant_follows_the_standard()
    {
        using var device = Open();
        using var step = device.Scope();
        var x = device.From(s_values, new Shape(s_values.Length));
        foreach (float c in s_constants)
        {
            Check($"x / {c}", x / c, v => v / c);
            Check($"x · {c}", x * c, v => v * c);
            Check($"{c} · x", c * x, v => c * v);
            Check($"x + {c}", x + c, v => v + c);
            Check($"{c} + x", c + x, v => c + v);
            Check($"x − {c}", x - c, v => v - c);
            Check($"{c} − x", c - x, v => c - v);
        }
        Check("−x", -x, v => -v);
        Check("x repeated", x.BroadcastTo(new Shape(1, s_values.Length)), v => v);
        Check("gradient of x / 3", Gradient(x, x, static t => t / 3), v => v / 3);
        Check("gradient of −x", Gradient(x, x, static t => -t), v => -v);
        Check("gradient of 1·x + 2", Gradient(x, x, static t => t.Affine(1, 2)), v => v);
        Check("gradient of a sum", Gradient(device.Zeros(new Shape(2, s_values.Length)), x, static t => t.Sum(0)), v => v);
    }

    [Test]
    public void A_scalar_is_repeated_with_its_sign()
    {
        using var device = Open();
        using var step = device.Scope();
        Assert.That(device.Scalar(-0f).BroadcastTo(new Shape(2, 3)).ToArray(), Has.All.Matches<float>(float.IsNegative));
    }

    [Test]
    public void A_mean_is_the_sum_divided_by_the_number()
    {
        using var device = Open();
        // 41 · (1 / 41) is not 1 in single precision, nor is 47 · (1 / 47).
        foreach (int n in (int[])[3, 41, 47, 55, 61, 64, 100])
        {
            using var step = device.Scope();
            float sum = n;
            Assert.That(device.Full(new Shape(n), 1).Mean().ToArray(), Is.EqualTo([sum / n]), $"mean of {n}");
            Assert.That(device.Full(new Shape(2, n), 1).Mean(1).ToArray(), Is.EqualTo([sum / n, sum / n]), $"means of {n}");
        }
        using (device.Scope())
        {
            Assert.That(device.Zeros(new Shape(0, 3)).Mean(1).Count, Is.Zero);
            Assert.That(device.Zeros(new Shape(0, 3)).Mean(0).ToArray(), Is.All.NaN);
        }
    }

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    [TestCase(7)]
    public void An_average_over_a_window_divides(int kernel)
    {
        using var device = Open();
        using var step = device.Scope();
        // A product with the reciprocal is off by a unit for some of these in every window that is no power of two.
        float[] pixels = [.. Enumerable.Range(1, 64)];
        var x = device.From(pixels, new Shape(1, 1, 1, pixels.Length));
        int count = kernel * kernel;
        // One pixel in a corner of the window: the sum is the pixel itself.
        var upstream = device.From(pixels, new Shape(1, 1, 1, pixels.Length));
        Assert.That(x.AvgPool2d(kernel, kernel, kernel / 2).ToArray(), Is.EqualTo(pixels.Select(v => v / count)));
        Assert.That(Gradient(x, upstream, t => t.AvgPool2d(kernel, kernel, kernel / 2)).ToArray(),
            Is.EqualTo(pixels.Select(v => v / count)));
    }

    Device Open()
    {
        if (name == "cpu") return new Device(new CpuBackend(2));
        _cuda = new EmulatedCuda();
        return Device.Cuda(0, _cuda);
    }

    [TearDown]
    public void Close()
    {
        _cuda?.Dispose();
        _cuda = null;
    }

    /// <summary>The gradient of f at x under an upstream gradient.</summary>
    static Tensor Gradient(Tensor x, Tensor upstream, Func<Tensor, Tensor> f)
    {
        var leaf = x.Device.From(x.ToArray(), x.Shape);
        leaf.RequiresGrad = true;
        return Autograd.Grad([f(leaf)], [leaf], [upstream])[0];
    }

    static void Check(string what, Tensor y, Func<float, float> f)
    {
        float[] actual = y.ToArray();
        for (int i = 0; i < actual.Length; i++)
        {
            float x = s_values[i % s_values.Length], expected = f(x);
            bool same = float.IsNaN(expected)
                ? float.IsNaN(actual[i])
                : BitConverter.SingleToInt32Bits(actual[i]) == BitConverter.SingleToInt32Bits(expected);
            Assert.That(same, $"{what} at {x:R}: {actual[i]:R} instead of {expected:R}");
        }
    }
}
