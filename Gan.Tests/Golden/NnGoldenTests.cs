using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Losses;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Golden;

/// <summary>Layers, losses, optimizers and schedules of nn.safetensors, which is in the engine's layouts.</summary>
sealed class NnGoldenTests
{
    static readonly GoldenFile File = GoldenFile.Load("nn");

    static IEnumerable<TestCaseData> Layers =>
        from cuda in new[] { false, true }
        from name in File.Cases()
        where File.Contains($"{name}/x0")
        select new TestCaseData(name, cuda);

    static IEnumerable<TestCaseData> Losses =>
        from cuda in new[] { false, true }
        from name in File.Cases()
        where File.Contains($"{name}/x")
        select new TestCaseData(name, cuda);

    [TestCaseSource(nameof(Layers))]
    public void A_layer_its_gradients_and_its_names_are_PyTorchs(string test, bool cuda)
    {
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var random = new Rng(device, 1);
        using var layer = Create(test, random);
        using var scope = device.Scope();
        var parameters = layer.NamedParameters().ToArray();
        Assert.That(parameters.Select(static p => "p." + p.Name),
            Is.EquivalentTo(File.Under(test).Where(static n => n.StartsWith("p.", StringComparison.Ordinal))));
        foreach (var (name, p) in parameters)
        {
            Assert.That(p.Shape, Is.EqualTo(Shape(test, "p." + name)), name);
            p.CopyFrom<float>(File.F32($"{test}/p.{name}"));
        }
        Tensor[] x = [.. Enumerable.Range(0, 3).TakeWhile(i => File.Contains($"{test}/x{i}")).Select(i => Leaf($"x{i}"))];
        var y = layer switch
        {
            MultiHeadAttention a when x.Length == 3 => a.Forward(x[0], x[1], x[2]),
            MultiHeadAttention a => a.Forward(x[0], causal: test == "attention_causal"),
            _ => ((Layer)layer).Forward(x[0]),
        };
        Same(y, "y");
        y.Backward(device.From(File.F32($"{test}/dy"), y.Shape));
        for (int i = 0; i < x.Length; i++) Same(x[i].Grad!, $"dx{i}");
        foreach (var (name, p) in parameters) Same(p.Grad!, "g." + name);

        Tensor Leaf(string name)
        {
            var t = device.From(File.F32($"{test}/{name}"), Shape(test, name));
            t.RequiresGrad = true;
            return t;
        }

        void Same(Tensor actual, string name)
        {
            Assert.That(actual.Shape, Is.EqualTo(Shape(test, name)), name);
            Near.All(actual.ToArray(), [.. File.F32($"{test}/{name}").Select(static v => (double)v)], 2e-5);
        }
    }

    static Module Create(string test, Rng r) => test switch
    {
        "conv1d" => new Conv1d(r, 4, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 2),
        "conv1d_no_bias" => new Conv1d(r, 3, 2, 4, hasBias: false),
        "linear_no_bias" => new Linear(r, 4, 3, hasBias: false),
        "linear_rank3" => new Linear(r, 4, 3),
        "layer_norm" => new LayerNorm(r.Device, 5),
        "group_norm" => new GroupNorm(r.Device, 2, 6),
        "instance_norm" => new InstanceNorm2d(r.Device, 3, affine: true),
        "adaptive_5_3" => new AdaptiveAvgPool2d(5, 3),
        "adaptive_9_9" => new AdaptiveAvgPool2d(9),
        "adaptive_1_1" => new AdaptiveAvgPool2d(),
        "adaptive_3_4" => new AdaptiveAvgPool2d(3, 4),
        _ => new MultiHeadAttention(r, 6, 2, hasBias: test != "attention_causal"),
    };

    [TestCaseSource(nameof(Losses))]
    public void A_loss_and_its_gradient_are_PyTorchs(string test, bool cuda)
    {
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var scope = device.Scope();
        var x = device.From(File.F32($"{test}/x"), Shape(test, "x"));
        x.RequiresGrad = true;
        int end = test.LastIndexOf('_');
        var r = Enum.Parse<Reduction>(test[(end + 1)..], ignoreCase: true);
        var y = test[..end] switch
        {
            "mse" => Loss.Mse(x, Target(), r),
            "l1" => Loss.L1(x, Target(), r),
            "smooth_l1" => Loss.SmoothL1(x, Target(), 0.75f, r),
            "huber" => Loss.Huber(x, Target(), 1.5f, r),
            "bce" => Loss.BinaryCrossEntropyWithLogits(x, Target(), null, r),
            "bce_weighted" => Loss.BinaryCrossEntropyWithLogits(x, Target(),
                device.From(File.F32($"{test}/weight"), [3]), r),
            "nll" => Loss.NegativeLogLikelihood(x, Labels(), r),
            "cross_entropy" => Loss.CrossEntropy(x, Labels(), 0, r),
            "cross_entropy_smooth" => Loss.CrossEntropy(x, Labels(), 0.1f, r),
            _ => throw new InvalidOperationException(test),
        };
        Assert.That(y.Shape, Is.EqualTo(Shape(test, "y")));
        // Rounding of values up to 60 and sums of twelve.
        Near.All(y.ToArray(), [.. File.F32($"{test}/y").Select(static v => (double)v)], 1e-5);
        y.Backward(device.From(File.F32($"{test}/dy"), y.Shape));
        Near.All(x.Grad!.ToArray(), [.. File.F32($"{test}/dx").Select(static v => (double)v)], 1e-5);

        Tensor Target() => device.From(File.F32($"{test}/t"), Shape(test, "t"));
        Tensor Labels() => device.From(File.I32($"{test}/t"), Shape(test, "t"));
    }

    [Test]
    public void An_optimizer_goes_PyTorchs_way_for_20_steps(
        [Values("adamw", "rmsprop", "rmsprop_all", "sgd_nesterov", "sgd_decay", "lion")] string test, [Values] bool cuda)
    {
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var w = device.From(File.F32($"{test}/w"), [3, 5]);
        w.RequiresGrad = true;
        using var optimizer = Optimizer(test, [("w", w)]);
        float[] gradients = File.F32($"{test}/dw"), after = File.F32($"{test}/w_after");
        for (int step = 0; step < 20; step++)
        {
            using var scope = device.Scope();
            optimizer.ZeroGrad();
            (w * device.From(gradients.AsSpan(15 * step, 15), w.Shape)).Sum().Backward();
            optimizer.Step();
            Near.All(w.ToArray(), [.. after.Skip(15 * step).Take(15).Select(static v => (double)v)], 1e-5);
        }
    }

    static Optimizer Optimizer(string test, NamedTensor[] p) => test switch
    {
        "adamw" => new AdamW(p, 0.01f, weightDecay: 0.1f),
        "rmsprop" => new RmsProp(p, 0.01f, 0.9),
        "rmsprop_all" => new RmsProp(p, 0.01f, 0.9, 1e-6f, weightDecay: 0.1f, momentum: 0.8f, centered: true),
        "sgd_nesterov" => new Sgd(p, 0.05f, 0.9f, nesterov: true),
        "sgd_decay" => new Sgd(p, 0.05f, 0.9f, weightDecay: 0.1f),
        _ => new Lion(p, 0.01f, weightDecay: 0.1f),
    };

    [TestCase("one_cycle")]
    [TestCase("one_cycle_other")]
    [TestCase("step")]
    [TestCase("cosine")]
    [TestCase("warm_up_cosine")]
    public void A_schedule_is_PyTorchs(string test)
    {
        Schedule schedule = test switch
        {
            "one_cycle" => new OneCycle(0.1f, 21),
            "one_cycle_other" => new OneCycle(0.1f, 20, 0.45, 10, 100),
            "step" => new StepDecay(0.1f, 4, 0.5),
            "cosine" => new CosineRamp(0.1f, 0.02f, 10),
            _ => new WarmUp(5, new CosineDecay(0.1f, 10)),
        };
        float[] rates = File.F32($"{test}/rates");
        // PyTorch's warm-up cannot begin at 0, and begins at 1e-8 of the rate.
        for (int i = 0; i < rates.Length; i++) Assert.That(schedule.At(i), Is.EqualTo(rates[i]).Within(1e-8), $"step {i}");
        Assert.That(float.IsFinite(schedule.At(1000)), Is.True);
        Assert.That(schedule.Start, Is.EqualTo(schedule.At(0)).Within(1e-9));
    }

    static Shape Shape(string test, string name) => new(File.Shape($"{test}/{name}"));
}
