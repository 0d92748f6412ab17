using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class RandomKernelTests
{
    // The known answers published with Random123.
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu,
        0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0,
        uint w1, uint w2, uint w3) =>
        Assert.That(Philox.Block(c0, c1, c2, c3, k0, k1), Is.EqualTo((w0, w1, w2, w3)));

    const ulong Key = 0x0123456789abcdef, Counter = 0xfffffffffffffffe;

    static TensorView Generator(KernelArrays a, ulong key = Key, ulong counter = Counter) =>
        a.Ints([(int)(uint)key, (int)(key >> 32), unchecked((int)(uint)counter), (int)(counter >> 32)], 4);

    static uint Word(long i)
    {
        ulong block = unchecked(Counter + (ulong)(i / 4));
        var (w0, w1, w2, w3) = Philox.Block((uint)block, (uint)(block >> 32), 0, 0, unchecked((uint)Key), (uint)(Key >> 32));
        return (i % 4) switch
        {
            0 => w0,
            1 => w1,
            2 => w2,
            _ => w3,
        };
    }

    [Test]
    public void Numbers_drawn_many_at_a_time_are_the_definitions_to_the_bit([Values(16, 1_000_003)] int count)
    {
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var (normals, uniforms, g1, g2) = (a.Output(count), a.Output(count), Generator(a), Generator(a));
        b.Normal(normals, g1);
        b.Uniform(uniforms, g2, -1.5f, 2.25f);
        float[] expectedNormals = new float[count + 1], expectedUniforms = new float[count];
        for (int i = 0; i < count; i++)
        {
            if (i % 2 == 0) (expectedNormals[i], expectedNormals[i + 1]) = Philox.Normals(Word(i), Word(i + 1));
            expectedUniforms[i] = Philox.Uniform(Word(i), -1.5f, 2.25f);
        }
        Assert.That(a.Read(normals).AsSpan().SequenceEqual(expectedNormals.AsSpan(0, count)));
        Assert.That(a.Read(uniforms).AsSpan().SequenceEqual(expectedUniforms));
    }

    [Test]
    public void A_million_normals_have_the_moments_of_the_normal_distribution()
    {
        const int Count = 1_000_000;
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var y = a.Output(Count);
        b.Normal(y, Generator(a, 7, 0));
        double m1 = 0, m2 = 0, m3 = 0, m4 = 0, product = 0;
        float[] x = a.Read(y);
        for (int i = 0; i < Count; i++)
        {
            double v = x[i];
            m1 += v / Count;
            m2 += v * v / Count;
            m3 += v * v * v / Count;
            m4 += v * v * v * v / Count;
            if (i > 0) product += v * x[i - 1] / Count;
        }
        // Five standard errors: sqrt(1, 2, 15, 96, 1 over a million).
        Assert.That(m1, Is.Zero.Within(5e-3));
        Assert.That(m2, Is.EqualTo(1).Within(7.1e-3));
        Assert.That(m3, Is.Zero.Within(1.95e-2));
        Assert.That(m4, Is.EqualTo(3).Within(4.9e-2));
        Assert.That(product, Is.Zero.Within(5e-3));
        Assert.That(x.Max(Math.Abs), Is.LessThan(5.8f), "The smallest u is 2^-24.");
    }

    [Test]
    public void Uniforms_fill_their_interval_and_never_reach_its_end()
    {
        const int Count = 200_000;
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var y = a.Output(Count);
        b.Uniform(y, Generator(a, 9, 0), 2, 5);
        float[] x = a.Read(y);
        Assert.That(x.Min(), Is.GreaterThanOrEqualTo(2f));
        Assert.That(x.Max(), Is.LessThan(5f));
        double mean = x.Average(v => (double)v);
        Assert.That(mean, Is.EqualTo(3.5).Within(5 * Math.Sqrt(9.0 / 12 / Count)));
        Assert.That(x.Average(v => (v - mean) * (v - mean)), Is.EqualTo(0.75).Within(5 * 9 * Math.Sqrt(1.0 / 180 / Count)));
        // Between neighbouring numbers rounding would give the upper one.
        b.Uniform(y, Generator(a, 9, 0), 1, MathF.BitIncrement(1));
        Assert.That(a.Read(y).Distinct(), Is.EqualTo(new[] { 1f }));
    }

    [Test]
    public void Nothing_is_allocated()
    {
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var (y, g) = (a.Output(20000), Generator(a));
        KernelChecks.AllocatesNothing(() => b.Normal(y, g));
        KernelChecks.AllocatesNothing(() => b.Uniform(y, g, 0, 1));
    }
}
