using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization;

/// <summary>The one way from a file into tensors: all is looked at before anything changes.</summary>
sealed class StateDictTests
{
    Device _device = null!;
    Rng _random = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 1);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        _device.Dispose();
    }

    static SafetensorsItem F32(string name, params long[] shape) =>
        new(name, shape, Make.Numbers((int)shape.Aggregate(1L, static (a, b) => a * b), name.Length));

    static SafetensorsFile Stored(params SafetensorsItem[] items)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, items);
        return SafetensorsFile.Read(stream.ToArray(), "some.safetensors");
    }

    [Test]
    public void A_module_is_filled_under_its_prefix()
    {
        using var linear = new Linear(_random, 3, 2);
        using var file = Stored(F32("net.weight", 2, 3), F32("net.bias", 2), F32("other", 1));
        StateDict.Load(file, [.. StateDict.Entries(linear, "net.")], static name => name == "other");
        Assert.That(linear.Weight.ToArray(), Is.EqualTo(file["net.weight"].ReadF32()));
        Assert.That(linear.Bias!.ToArray(), Is.EqualTo(file["net.bias"].ReadF32()));
    }

    [Test]
    public void What_does_not_fit_is_said_in_one_sentence_and_nothing_changes()
    {
        using var norm = new BatchNorm2d(_device, 2);
        using var file = Stored(F32("weight", 2), F32("bias", 3), F32("other", 1),
            new("running_mean", FileDType.I32, [2], new byte[8]));
        var error = Assert.Throws<StateDictException>(() => StateDict.Load(file, [.. StateDict.Entries(norm)]))!;
        Assert.That(error.Message, Is.EqualTo("some.safetensors does not fit: running_var is missing; "
            + "bias: F32 (3) should be F32 (2); running_mean: I32 (2) should be F32 (2); other is unknown."));
        Assert.That(error.Problems, Has.Count.EqualTo(4));
        Assert.That(norm.Gamma.ToArray(), Is.All.EqualTo(1));
    }

    [Test]
    public void A_value_that_may_not_be_stops_it_before_anything_changes()
    {
        using var norm = new BatchNorm2d(_device, 2);
        using var file = Stored(F32("weight", 2), F32("bias", 2), F32("running_mean", 2),
            new("running_var", [2], new[] { 1f, -1 }));
        Assert.That(() => StateDict.Load(file, [.. StateDict.Entries(norm)]),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("'running_var' holds -1 at [1]"));
        Assert.That(norm.Gamma.ToArray(), Is.All.EqualTo(1));
    }

    [Test]
    public void Another_type_is_converted_where_that_is_allowed_and_refused_elsewhere()
    {
        using var t = _device.Zeros([2]);
        byte[] bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, 0.5);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), -3.0);
        using var file = Stored(new SafetensorsItem("t", FileDType.F64, [2], bytes));
        Assert.That(() => StateDict.Load(file, [new StateEntry("t", t)]),
            Throws.TypeOf<StateDictException>().With.Message.Contains("t: F64 (2) should be F32 (2)"));
        StateDict.Load(file, [new StateEntry("t", t) { Converts = true, FromFile = static x => [x[1], x[0]] }]);
        Assert.That(t.ToArray(), Is.EqualTo(new[] { -3, 0.5f }));
    }

    [Test]
    public void Names_without_end_are_cut_and_counted()
    {
        using var file = Stored([.. Enumerable.Range(0, 9).Select(static i => F32(i + new string('x', 1000), 1))]);
        Assert.That(() => StateDict.Load(file, []), Throws.TypeOf<StateDictException>()
            .With.Message.Contains("5 more are unknown").And.Message.Length.LessThan(500));
    }

    [TestCase(DType.F32)]
    [TestCase(DType.BF16)]
    [TestCase(DType.I32)]
    [TestCase(DType.U8)]
    public void A_type_is_stored_under_its_own_name(DType type) =>
        Assert.That((type.InFiles().Name(), type.InFiles().Size()), Is.EqualTo((type.ToString(), type.Size())));
}
