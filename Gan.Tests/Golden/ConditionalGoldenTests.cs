using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Losses;

namespace Ssgan.Tests.Golden;

/// <summary>The layers, operations and losses of conditional.safetensors.</summary>
sealed class ConditionalGoldenTests
{
    static readonly GoldenFile File = GoldenFile.Load("conditional");

    [TestCase("conditional_batch_norm_train")]
    [TestCase("conditional_batch_norm_eval")]
    public void Conditional_batch_norm(string test)
    {
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var layer = new ConditionalBatchNorm2d(random, 4, 3);
        layer.Table.CopyFrom<float>(File.F32($"{test}/table"));
        layer.Statistics.Mean.CopyFrom<float>(File.F32($"{test}/running_mean"));
        layer.Statistics.Variance.CopyFrom<float>(File.F32($"{test}/running_var"));
        layer.Train(test.EndsWith("train", StringComparison.Ordinal));
        using var scope = device.Scope();
        var x = File.Tensor(device, $"{test}/x", requiresGrad: true);
        var y = layer.Forward(x, Integers(device, $"{test}/labels"));
        File.Matches(y, $"{test}/y");
        y.Backward(File.Tensor(device, $"{test}/dy"));
        File.Matches(x.Grad, $"{test}/dx");
        File.Matches(layer.Table.Grad, $"{test}/dtable");
        File.Matches(layer.Statistics.Mean, $"{test}/running_mean_after");
        File.Matches(layer.Statistics.Variance, $"{test}/running_var_after");
    }

    [Test]
    public void Self_modulated_batch_norm()
    {
        const string test = "self_modulated_batch_norm";
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var layer = new SelfModulatedBatchNorm2d(random, 5, 3, hidden: 6);
        (string Ours, string Golden)[] names = [("hidden.weight", "hidden_w"), ("hidden.bias", "hidden_b"),
            ("gamma.weight", "gamma_w"), ("gamma.bias", "gamma_b"), ("beta.weight", "beta_w"), ("beta.bias", "beta_b")];
        var state = layer.StateDict();
        foreach (var (ours, golden) in names) state[ours].CopyFrom<float>(File.F32($"{test}/{golden}"));
        using var scope = device.Scope();
        var (x, z) = (File.Tensor(device, $"{test}/x", true), File.Tensor(device, $"{test}/z", true));
        var y = layer.Forward(x, z);
        File.Matches(y, $"{test}/y");
        y.Backward(File.Tensor(device, $"{test}/dy"));
        File.Matches(x.Grad, $"{test}/dx");
        File.Matches(z.Grad, $"{test}/dz");
        foreach (var (ours, golden) in names) File.Matches(state[ours].Grad, $"{test}/d{golden}");
    }

    [Test]
    public void Spectral_norm_of_an_embedding()
    {
        const string test = "spectral_norm_embedding";
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var layer = new Embedding(random, 6, 4, spectral: true);
        layer.Weight.CopyFrom<float>(File.F32($"{test}/w"));
        layer.Spectral!.U.CopyFrom<float>(File.F32($"{test}/u"));
        layer.Spectral.V.CopyFrom<float>(File.F32($"{test}/v"));
        using var scope = device.Scope();
        var indices = Integers(device, $"{test}/indices");
        layer.Eval();
        File.Matches(layer.Forward(indices), $"{test}/y_eval");
        layer.Train();
        var y = layer.Forward(indices);
        File.Matches(y, $"{test}/y");
        y.Backward(File.Tensor(device, $"{test}/dy"));
        File.Matches(layer.Weight.Grad, $"{test}/dw");
        File.Matches(layer.Spectral.U, $"{test}/u_after", 1e-5);
        File.Matches(layer.Spectral.V, $"{test}/v_after", 1e-5);
    }

    [Test]
    public void Self_attention()
    {
        const string test = "self_attention";
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var layer = new SelfAttention2d(random, 16, spectral: true);
        var map = MimicryWeights.Map(layer);
        Assert.That(map.Select(static e => e.Key), Is.EquivalentTo(File.Under($"{test}/state")));
        foreach (var entry in map) entry.Tensor.CopyFrom<float>(entry.FromFile(File.F32($"{test}/state/{entry.Key}")));
        using var scope = device.Scope();
        layer.Eval();
        File.Matches(layer.Forward(File.Tensor(device, $"{test}/x")), $"{test}/y_eval");
        layer.Train();
        var x = File.Tensor(device, $"{test}/x", requiresGrad: true);
        var y = layer.Forward(x);
        File.Matches(y, $"{test}/y");
        y.Backward(File.Tensor(device, $"{test}/dy"));
        File.Matches(x.Grad, $"{test}/dx");
        File.GradientsMatch(map, $"{test}/grad", 2e-5);
    }

    [TestCase("softmax", new[] { "x" })]
    [TestCase("log_softmax", new[] { "x" })]
    [TestCase("binomial_upsample", new[] { "x" })]
    [TestCase("binomial_upsample_one_pixel", new[] { "x" })]
    [TestCase("binomial_downsample", new[] { "x" })]
    [TestCase("add_leaky_relu", new[] { "x", "b" })]
    [TestCase("info_nce", new[] { "local", "whole" })]
    [TestCase("multi_class_hinge", new[] { "x" })]
    public void Operation(string test, string[] inputs)
    {
        using var device = Device.Cpu();
        using var scope = device.Scope();
        var t = inputs.Select(name => File.Tensor(device, $"{test}/{name}", requiresGrad: true)).ToArray();
        var y = Run();
        File.Matches(y, $"{test}/y");
        y.Backward(File.Tensor(device, $"{test}/dy"));
        for (int i = 0; i < t.Length; i++) File.Matches(t[i].Grad, $"{test}/d{inputs[i]}");

        Tensor Run() => test switch
        {
            "softmax" => t[0].Softmax(),
            "log_softmax" => t[0].LogSoftmax(),
            "binomial_upsample" or "binomial_upsample_one_pixel" => t[0].Upsample2x(UpsampleMode.Binomial),
            "binomial_downsample" => t[0].Downsample2x(),
            "add_leaky_relu" => t[0].AddLeakyRelu(t[1]),
            "info_nce" => InfoNce.Loss(t[0], t[1]),
            "multi_class_hinge" => MultiClassHinge.Loss(t[0], Integers(device, $"{test}/labels")),
            _ => throw new InvalidOperationException($"No operation for {test}."),
        };
    }

    static Tensor Integers(Device device, string name) => device.From(File.I32(name), new Shape(File.Shape(name)));
}
