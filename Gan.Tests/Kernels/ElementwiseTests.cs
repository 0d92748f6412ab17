using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Fill, Unary, Binary and Cast on the CPU: position, threads and memory.</summary>
public class ElementwiseTests
{
    [Test]
    public void A_value_does_not_depend_on_its_position_or_on_the_threads()
    {
        float[] x = KernelArrays.Numbers(200003, 2, -6, 6);
        using var arrays = KernelArrays.OnCpu(1);
        TensorView whole = arrays.From(new Shape(x.Length), x), y = arrays.New(whole.Shape);
        arrays.Cpu.Unary(default(Tanh), whole, y);
        float[] once = arrays.Read(y);
        for (int start = 1; start < 9; start++)
        {
            TensorView part = arrays.From(new Shape(x.Length - start), x[start..]), z = arrays.New(part.Shape);
            arrays.Cpu.Unary(default(Tanh), part, z);
            KernelChecks.AssertSame(arrays.Read(z), once[start..]);
        }
        using var three = KernelArrays.OnCpu(3);
        TensorView again = three.From(new Shape(x.Length), x);
        three.Cpu.Unary(default(Tanh), again, again);
        KernelChecks.AssertSame(three.Read(again), once);
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView x = arrays.Uniform(new Shape(64, 32, 32, 3), 7),
            bias = arrays.Uniform(new Shape(3), 8), y = arrays.New(x.Shape);
        TensorView rows = arrays.Uniform(new Shape(64, 1, 1, 3), 9), bytes = arrays.New(x.Shape, DType.U8);
        Assert.That(Allocations.PerRound(() =>
        {
            arrays.Cpu.Fill(y, 1);
            arrays.Cpu.Unary(default(Tanh), x, y);
            arrays.Cpu.Binary(default(Add), x, bias, y);
            arrays.Cpu.Binary(default(Mul), y, rows, y);
            arrays.Cpu.Cast(y, bytes);
        }), Is.Zero);
    }
}
