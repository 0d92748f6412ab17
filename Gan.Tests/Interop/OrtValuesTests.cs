using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Interop;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Interop;

sealed class OrtValuesTests
{
    [Test]
    public void A_value_reads_and_writes_the_tensor_itself_and_comes_back_over_the_same_memory()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        var x = device.From([1f, 2, 3, 4], new Shape(2, 2));
        var value = x.AsOrtValue();
        Assert.That(value.GetTensorTypeAndShape().Shape, Is.EqualTo(new long[] { 2, 2 }));
        value.GetTensorMutableDataAsSpan<float>()[1] = 9;
        Assert.That(x.ToArray(), Is.EqualTo(new float[] { 1, 9, 3, 4 }));
        var back = device.Take(value);
        Assert.That(back.View.Address, Is.EqualTo(x.View.Address));
        Assert.That(back.Shape, Is.EqualTo(x.Shape));
    }

    [TestCase(DType.F64)]
    [TestCase(DType.F16)]
    [TestCase(DType.BF16)]
    [TestCase(DType.I64)]
    [TestCase(DType.Bool)]
    public void Every_type_goes_out_and_in(DType type)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Full(new Shape(3), 1, type);
        Assert.That(device.Take(x.AsOrtValue()).Type, Is.EqualTo(type));
    }
}
