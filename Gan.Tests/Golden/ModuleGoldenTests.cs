using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;

namespace Ssgan.Tests.Golden;

/// <summary>The cases of layers.safetensors with state: spectral norm, residual blocks, optimizers, gradient penalties.</summary>
public sealed class ModuleGoldenTests
{
    static readonly GoldenFile File = GoldenFile.Load("layers");

    [TestCase("spectral_norm_conv")]
    [TestCase("spectral_norm_conv_1x1")]
    [TestCase("spectral_norm_linear")]
    public void Spectral_norm(string test)
    {
        using var device = Device.Cpu();
        using var scope = device.Scope();
        var (w, b, x) = (Get("w", true), Get("b", true), Get("x", true));
        int rows = w.Shape[0], rest = (int)(w.Count / rows);
        var u = Get("u");
        var v = device.From(Rest(File.F32($"{test}/v")), new Shape(rest));

        File.Matches(Apply(Tensor.SpectralNorm([new(w, u, v)], 0)[0]), $"{test}/y_eval");

        var normalized = Tensor.SpectralNorm([new(w, u, v)], 1)[0];
        File.Matches(normalized, $"{test}/w_normalized");
        GoldenCheck.Close(u.ToArray(), File.F32($"{test}/u_after"), 1e-5, "u");
        GoldenCheck.Close(v.ToArray(), Rest(File.F32($"{test}/v_after")), 1e-5, "v");
        var y = Apply(normalized);
        File.Matches(y, $"{test}/y");
        y.Backward(Get("dy"));
        File.Matches(x.Grad, $"{test}/dx");
        File.Matches(w.Grad, $"{test}/dw");
        File.Matches(b.Grad, $"{test}/db");
        File.Matches(Apply(Tensor.SpectralNorm([new(w, u, v)], 0)[0]), $"{test}/y_eval_after");

        Tensor Apply(Tensor weight) =>
            weight.Shape.Rank == 2 ? x.MatMul(weight, transposeB: true) + b : x.Conv2d(weight, b, 1, weight.Shape[1] / 2);
        Tensor Get(string name, bool requiresGrad = false) => File.Tensor(device, $"{test}/{name}", requiresGrad);
        float[] Rest(float[] values) =>
            w.Shape.Rank == 2 ? values : GoldenFile.ChannelsLast(values, 1, w.Shape[3], w.Shape[1], w.Shape[2]);
    }

    [TestCase("gblock_up", true)]
    [TestCase("dblock_optimized", true)]
    [TestCase("dblock_down", true)]
    [TestCase("dblock_same", true)]
    [TestCase("dblock_wider", true)]
    [TestCase("dblock_down_exact", false)]
    [TestCase("dblock_same_exact", false)]
    public void Residual_block(string test, bool shortcutFromRelu)
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        int inputs = File.Shape($"{test}/x")[1], outputs = File.Shape($"{test}/y")[1];
        bool down = File.Shape($"{test}/y")[2] < File.Shape($"{test}/x")[2];
        Module block;
        Func<Tensor, Tensor> forward;
        if (test == "gblock_up")
        {
            var b = new GeneratorBlock(rng, inputs, outputs);
            (block, forward) = (b, x => b.Forward(x));
        }
        else if (test == "dblock_optimized")
        {
            var b = new FirstResidualBlock(rng, inputs, outputs);
            (block, forward) = (b, b.Forward);
        }
        else
        {
            var b = new ResidualBlock(rng, inputs, outputs, down, shortcutFromRelu);
            (block, forward) = (b, b.Forward);
        }
        using (block)
        {
            var map = MimicryWeights.Map(block);
            foreach (var entry in map) entry.Tensor.CopyFrom<float>(entry.FromFile(File.F32($"{test}/state/{entry.Key}")));
            using var scope = device.Scope();
            block.Eval();
            File.Matches(forward(File.Tensor(device, $"{test}/x")), $"{test}/y_eval");
            block.Train();
            var x = File.Tensor(device, $"{test}/x", requiresGrad: true);
            var y = forward(x);
            File.Matches(y, $"{test}/y");
            y.Backward(File.Tensor(device, $"{test}/dy"));
            File.Matches(x.Grad, $"{test}/dx", 5e-5);
            File.GradientsMatch(map, $"{test}/grad", 5e-5);
        }
    }

    [TestCase("adam_0_09")]
    [TestCase("adam_09_0999")]
    [TestCase("adam_05_0999")]
    [TestCase("sgd")]
    [TestCase("sgd_momentum")]
    public void Optimizer(string test)
    {
        using var device = Device.Cpu();
        using var w = File.Tensor(device, $"{test}/w", requiresGrad: true);
        float rate = (float)File.Setting(test, "lr");
        using Optimizer optimizer = test.StartsWith("adam", StringComparison.Ordinal)
            ? new Adam([("w", w)], rate, File.Setting(test, "beta1"), File.Setting(test, "beta2"), File.Setting(test, "eps"))
            : new Sgd([("w", w)], rate, test == "sgd" ? 0 : (float)File.Setting(test, "momentum"));
        float[] gradients = File.F32($"{test}/dw"), after = File.F32($"{test}/w_after");
        int size = (int)w.Count;
        for (int step = 0; step < gradients.Length / size; step++)
        {
            using var scope = device.Scope();
            optimizer.ZeroGrad();
            (w * device.From(gradients.AsSpan(step * size, size), w.Shape)).Sum().Backward();
            optimizer.Step();
            GoldenCheck.Close(w.ToArray(), after[(step * size)..((step + 1) * size)], 1e-6, $"w after step {step + 1}");
        }
        foreach (var (name, state) in new[] { ("m", "w.m"), ("v", "w.v"), ("m", "w.momentum") })
        {
            var tensor = optimizer.NamedState.Where(s => s.Name == state).Select(s => s.Tensor).SingleOrDefault();
            if (tensor is not null) GoldenCheck.Close(tensor.ToArray(), File.F32($"{test}/{name}"), 1e-6, name);
        }
    }

    [Test]
    public void Linear_decay()
    {
        var decay = new LinearDecay((float)File.Setting("linear_decay", "lr0"), (long)File.Setting("linear_decay", "steps"));
        float[] rates = File.F32("linear_decay/lr");
        Assert.Multiple(() =>
        {
            for (int k = 0; k < rates.Length; k++) Assert.That(decay.At(k), Is.EqualTo(rates[k]).Within(1e-9), $"step {k}");
        });
    }

    [TestCase("gradient_penalty")]
    [TestCase("r1")]
    public void Penalty_through_a_spectrally_normalised_critic(string test)
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var critic = new Critic(rng);
        var map = MimicryWeights.Map(critic);
        foreach (var entry in map) entry.Tensor.CopyFrom<float>(entry.FromFile(File.F32($"{test}/state/{entry.Key}")));
        using var scope = device.Scope();
        var x = File.Tensor(device, $"{test}/real");
        if (test == "gradient_penalty")
        {
            var alpha = File.Tensor(device, $"{test}/alpha").Reshape(-1, 1, 1, 1);
            x = alpha * x + (1 - alpha) * File.Tensor(device, $"{test}/fake");
        }
        x = x.Detach();
        x.RequiresGrad = true;

        var logit = critic.Forward(x);
        File.Matches(logit, $"{test}/logit");
        var dx = Autograd.Grad([logit], [x], createGraph: true)[0];
        File.Matches(dx, $"{test}/dlogit_dx");
        var norms = dx.Square().Sum(1, 2, 3);
        var y = test == "r1"
            ? norms.Mean() * (float)(File.Setting(test, "gamma") / 2)
            : (norms.Sqrt() - 1).Square().Mean() * (float)File.Setting(test, "scale");
        File.Matches(y, $"{test}/y");
        y.Backward();
        foreach (var entry in map)
        {
            if (!File.Contains($"{test}/grad/{entry.Key}")) continue;
            // The last bias reaches no gradient of the input: none here, zeros there.
            float[] actual = entry.Tensor.Grad?.ToArray() ?? new float[entry.Tensor.Count];
            GoldenCheck.Close(entry.ToFile(actual), File.F32($"{test}/grad/{entry.Key}"), 5e-5, $"{test}/{entry.Key}");
        }
    }

    /// <summary>SN 3x3, tanh, average pool, SN 3x3, leaky ReLU, sum pool, linear.</summary>
    sealed class Critic : Module
    {
        readonly Conv2d _c1, _c2;
        readonly Linear _l;

        public Critic(Rng rng)
        {
            _c1 = Child("c1", new Conv2d(rng, 2, 4, 3, spectral: true));
            _c2 = Child("c2", new Conv2d(rng, 4, 5, 3, spectral: true));
            _l = Child("l", new Linear(rng, 5, 1));
        }

        public Tensor Forward(Tensor x) => _l.Forward(_c2.Forward(_c1.Forward(x).Tanh().AvgPool2d()).LeakyRelu(0.2f).Sum(1, 2));
    }
}
