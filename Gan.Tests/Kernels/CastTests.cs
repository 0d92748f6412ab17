using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Kernels;

/// <summary>Fill and Cast on the CPU: rounding, saturation, NaN, and every length of remainder.</summary>
public class CastTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(33)]
    [TestCase(100001)]
    public void Fill_writes_every_element_of_every_type(int n)
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView f = arrays.New(new Shape(n)), i = arrays.New(new Shape(n), DType.I32), b = arrays.New(new Shape(n), DType.U8);
        TensorView h = arrays.New(new Shape(n), DType.BF16);
        arrays.Cpu.Fill(f, -2.5f);
        arrays.Cpu.Fill(i, -2.5f);
        arrays.Cpu.Fill(b, 300f);
        arrays.Cpu.Fill(h, -2.5f);
        Assert.That(arrays.Read(f), Is.All.EqualTo(-2.5f));
        Assert.That(arrays.Read<int>(i), Is.All.EqualTo(-2), "half to even");
        Assert.That(arrays.Read<byte>(b), Is.All.EqualTo(255), "saturated");
        Assert.That(arrays.Read<ushort>(h), Is.All.EqualTo(0xC020));
    }

    [TestCase(1)]
    [TestCase(37)]
    [TestCase(70001)]
    public void BFloat16_rounds_half_to_even_and_returns_exactly(int n)
    {
        using var arrays = KernelArrays.OnCpu();
        var x = KernelArrays.Numbers(n, 3, -1e4f, 1e4f);
        // Exact ties to either side, the largest float (which overflows), NaN with its payload only in the dropped bits.
        uint[] bits = [0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x7F7FFFFF, 0x7F800001, 0xFFC00000,
            0x7F800000, 0x80000000, 1];
        for (int k = 0; k < Math.Min(n, bits.Length); k++) x[n - 1 - k] = BitConverter.UInt32BitsToSingle(bits[k]);
        for (int k = 0; k < Math.Min(n, bits.Length); k++) x[k] = BitConverter.UInt32BitsToSingle(bits[k]);
        TensorView v = arrays.From(new Shape(n), x), h = arrays.New(v.Shape, DType.BF16), back = arrays.New(v.Shape);
        arrays.Cpu.Cast(v, h);
        arrays.Cpu.Cast(h, back);
        float[] actual = arrays.Read(back);
        for (int k = 0; k < n; k++) Assert.That(actual[k], Is.EqualTo(Nearest(x[k])), $"element {k}: {x[k]:R}");

        // The nearer of the two neighbours with 8 significant bits, on a tie the one whose last bit is 0.
        static float Nearest(float v)
        {
            if (!float.IsFinite(v)) return v;
            uint down = BitConverter.SingleToUInt32Bits(v) & 0xFFFF0000u;
            double low = BitConverter.UInt32BitsToSingle(down), high = BitConverter.UInt32BitsToSingle(down + 0x10000u);
            if (double.IsInfinity(high)) high = Math.CopySign(Math.Pow(2, 128), v);
            double toLow = Math.Abs(v - low), toHigh = Math.Abs(v - high);
            return (float)(toLow < toHigh || (toLow == toHigh && (down & 0x10000u) == 0) ? low : high);
        }
    }
}
