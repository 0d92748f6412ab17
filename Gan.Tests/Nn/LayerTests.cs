using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

sealed class LayerTests
{
    Device _device = null!;
    Rng _random = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 9);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        Assert.That(_device.Pool.LiveBlocks, Is.Zero);
        _device.Dispose();
    }

    [Test]
    public void Linear_is_x_times_w_transposed_plus_b()
    {
        using var layer = new Linear(_random, 3, 2);
        using var scope = _device.Scope();
        float[] x = Make.Numbers(12, 1), w = layer.Weight.ToArray(), b = layer.Bias!.ToArray();
        Near.All(layer.Forward(_device.Values([4, 3], x)).ToArray(),
            [.. from n in Enumerable.Range(0, 4)
                from o in Enumerable.Range(0, 2)
                select Enumerable.Range(0, 3).Sum(i => (double)x[n * 3 + i] * w[o * 3 + i]) + b[o]]);
        Assert.That(layer.NamedParameters().Select(p => p.Name), Is.EqualTo(new[] { "weight", "bias" }));
    }

    [TestCase(3, 1, -1, 5, 5)]
    [TestCase(1, 1, -1, 5, 5)]
    [TestCase(3, 2, -1, 5, 3)]
    [TestCase(4, 2, 1, 6, 3)]
    [TestCase(3, 1, 0, 5, 3)]
    public void Convolution_keeps_the_size_unless_told(int kernel, int stride, int padding, int side, int expected)
    {
        using var layer = new Conv2d(_random, 2, 7, kernel, stride, padding);
        using var scope = _device.Scope();
        Assert.That(layer.Forward(_device.Of(3, side, side, 2)).Shape, Is.EqualTo(new Shape(3, expected, expected, 7)));
        Assert.That((layer.Weight.Shape, layer.Bias!.Shape), Is.EqualTo((new Shape(7, kernel, kernel, 2), new Shape(7))));
        Assert.That(layer.Spectral, Is.Null);
    }

    [Test]
    public void Batch_norm_uses_the_batch_in_training_and_running_statistics_in_evaluation()
    {
        using var layer = new BatchNorm2d(_device, 2, momentum: 0.5f);
        using var scope = _device.Scope();
        var x = _device.Values([4, 1, 1, 2], 1, 10, 2, 20, 3, 30, 6, 60);
        float[] trained = layer.Forward(x).ToArray();
        Assert.That(trained.Where((_, i) => i % 2 == 0).Sum(), Is.Zero.Within(1e-5));
        // Mean 3 (30), unbiased variance 14/3 (1400/3); momentum one half, from 0 and 1.
        Near.All(layer.RunningMean.ToArray(), [1.5, 15]);
        Near.All(layer.RunningVar.ToArray(), [0.5 + 7.0 / 3, 0.5 + 700.0 / 3]);
        layer.Eval();
        float[] mean = layer.RunningMean.ToArray(), variance = layer.RunningVar.ToArray();
        Near.All(layer.Forward(x).ToArray(),
            [.. x.ToArray().Select((v, i) => (v - (double)mean[i % 2]) / Math.Sqrt(variance[i % 2] + 1e-5))], 1e-4);
        Assert.That(layer.RunningMean.ToArray(), Is.EqualTo(mean));
        Assert.That(layer.NamedParameters().Select(p => p.Name).Concat(layer.NamedBuffers().Select(b => b.Name)),
            Is.EqualTo(new[] { "weight", "bias", "running_mean", "running_var" }));
        layer.Gamma.Backward(layer.Gamma.Detach());
    }

    [Test]
    public void Batch_norm_with_relu_is_batch_norm_then_relu([Values] bool training)
    {
        using var layer = new BatchNorm2d(_device, 5);
        using var scope = _device.Scope();
        layer.Gamma.CopyFrom<float>(Make.Numbers(5, 1));
        layer.Beta.CopyFrom<float>(Make.Numbers(5, 2));
        layer.Train(training);
        var x = _device.Leaf(3, 2, 3, 3, 5);
        var dy = _device.From(Make.Numbers(90, 4), x.Shape);
        var (fused, plain) = (layer.Forward(x, relu: true), layer.Forward(x).Relu());
        Near.All(fused.ToArray(), [.. plain.ToArray().Select(v => (double)v)], 1e-6);
        var (a, b) = (Autograd.Grad([fused], [x, layer.Gamma, layer.Beta], [dy]),
            Autograd.Grad([plain], [x, layer.Gamma, layer.Beta], [dy]));
        for (int i = 0; i < 3; i++) Near.All(a[i].ToArray(), [.. b[i].ToArray().Select(v => (double)v)]);
    }

    [Test]
    public void Embedding_looks_rows_up_and_trains_those_alone()
    {
        using var layer = new Embedding(_random, 4, 3);
        using var scope = _device.Scope();
        float[] table = layer.Weight.ToArray();
        var y = layer.Forward(_device.From([2, 0, 2], new Shape(3)));
        Near.All(y.ToArray(), [.. new[] { 2, 0, 2 }.SelectMany(r => table.Skip(3 * r).Take(3)).Select(v => (double)v)], 0);
        y.Backward(_device.Values([3, 3], 1, 2, 3, 4, 5, 6, 10, 20, 30));
        Near.All(layer.Weight.Grad!.ToArray(), [4, 5, 6, 0, 0, 0, 11, 22, 33, 0, 0, 0]);
    }
}
