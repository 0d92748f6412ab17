using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Losses;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

/// <summary>Derivatives of layers and losses, what they refuse, and what is more to them than values.</summary>
sealed class MoreLayerTests
{
    /// <summary>The layer is made anew, with the same weights, for each call: its inputs alone vary.</summary>
    static OpCase Case(string name, int[][] shapes, Func<Rng, Module> create, Func<Module, Tensor[], Tensor>? run = null) =>
        new(name, "of random inputs", shapes, t =>
        {
            using var random = new Rng(t[0].Device, 5);
            using var layer = create(random);
            return run is null ? ((Layer)layer).Forward(t[0]) : run(layer, t);
        });

    static OpCase[] Cases { get; } =
    [
        Case("Conv1d", [[2, 5, 4]], static r => new Conv1d(r, 4, 2, 3, stride: 2, padding: 1, groups: 2)),
        Case("Linear", [[2, 3, 4]], static r => new Linear(r, 4, 3, hasBias: false)),
        Case("LayerNorm", [[3, 2, 3]], static r => new LayerNorm(r.Device, [2, 3])),
        Case("GroupNorm", [[2, 2, 2, 4]], static r => new GroupNorm(r.Device, 2, 4)),
        Case("InstanceNorm2d", [[2, 2, 3, 2]], static r => new InstanceNorm2d(r.Device, 2)),
        Case("AdaptiveAvgPool2d", [[1, 5, 4, 2]], static _ => new AdaptiveAvgPool2d(3, 2)),
        Case("AdaptiveAvgPool2d", [[2, 4, 6, 1]], static _ => new AdaptiveAvgPool2d(2, 3)),
        Case("Dropout", [[3, 5]], static r => new Dropout(r, 0.3f)),
        Case("MaxPool2d", [[1, 4, 4, 2]], static _ => new MaxPool2d(2)) with { Fills = [Fill.Distinct] },
        Case("AvgPool2d", [[1, 4, 4, 2]], static _ => new AvgPool2d(3, 1, 1, countPadding: false)),
        Case("Sequential", [[2, 3, 3, 2]], static r => new Sequential(new Conv2d(r, 2, 3, 3), new Apply(static x => x.Tanh()),
            new Flatten(), new Linear(r, 27, 2))),
        Case("MultiHeadAttention", [[2, 3, 4]], static r => new MultiHeadAttention(r, 4, 2),
            static (m, t) => ((MultiHeadAttention)m).Forward(t[0], causal: true)),
        Case("MultiHeadAttention", [[1, 2, 4], [1, 3, 4], [1, 3, 4]], static r => new MultiHeadAttention(r, 4, 2),
            static (m, t) => ((MultiHeadAttention)m).Forward(t[0], t[1], t[2])),
        new("Mse", "none", [[2, 3], [2, 3]], static t => Loss.Mse(t[0], t[1], Reduction.None)),
        new("Huber", "mean", [[2, 3]], static t => Loss.Huber(t[0], t[0].Device.Full(t[0].Shape, 0), 0.15f))
            { Fills = [Fill.OffZero] },
        new("SmoothL1", "sum", [[2, 3]], static t => Loss.SmoothL1(t[0], t[0].Device.Full(t[0].Shape, 0), 9, Reduction.Sum)),
        new("Bce", "weighted", [[2, 3], [2, 3], [3]], static t =>
            Loss.BinaryCrossEntropyWithLogits(t[0], t[1], t[2], Reduction.None)),
        new("CrossEntropy", "smooth", [[2, 2, 3]], static t =>
            Loss.CrossEntropy(t[0], t[0].Device.From([0, 2, 1, 1], [2, 2]), 0.2f, Reduction.None)),
        new("NegativeLogLikelihood", "of log-softmax", [[2, 3]], static t =>
            Loss.NegativeLogLikelihood(t[0].LogSoftmax(), t[0].Device.From([2, 0], [2]))),
    ];

    /// <summary>On the emulated device, where a difference takes a hundred times as long, one of each way of composing.</summary>
    static IEnumerable<TestCaseData> Derivatives =>
        from cuda in new[] { false, true }
        from c in Cases
        where !cuda || c.Stem is "Conv1d" or "GroupNorm" or "Dropout"
        select new TestCaseData(c, cuda);

    [TestCaseSource(nameof(Derivatives))]
    public void Derivatives_are_finite_differences(object c, bool cuda)
    {
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var leaks = new NoLeaks(device);
        GradCheck.First(device, (OpCase)c);
        GradCheck.Second(device, (OpCase)c);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Dropout_keeps_the_mean_draws_anew_resumes_and_rests_in_evaluation(bool cuda)
    {
        const int Count = 4000;
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var random = new Rng(device, 3);
        using var layer = new Dropout(random, 0.25f);
        using var other = new Dropout(random, 0.25f);
        using var scope = device.Scope();
        var ones = device.Full(new Shape(Count), 1);
        float[] first = layer.Forward(ones).ToArray();
        Assert.That(first, Has.All.EqualTo(0).Or.EqualTo(1 / 0.75f));
        // Five deviations √(p(1 − p) / n).
        Assert.That(first.Count(static v => v == 0) / (double)Count,
            Is.EqualTo(0.25).Within(5 * Math.Sqrt(0.1875 / Count)));
        var state = layer.StateDict()["generator"].ToArray<int>();
        float[] second = layer.Forward(ones).ToArray(), elsewhere = other.Forward(ones).ToArray();
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(elsewhere, Is.Not.EqualTo(first));
        other.StateDict()["generator"].CopyFrom<int>(state);
        Assert.That(other.Forward(ones).ToArray(), Is.EqualTo(second));
        layer.Eval();
        Assert.That(layer.Forward(ones), Is.SameAs(ones));
        layer.Train();
        var infinite = device.Full(new Shape(99), float.PositiveInfinity);
        Assert.That(layer.Forward(infinite).ToArray(), Has.None.NaN);
    }

    [Test]
    public void Replays_of_a_step_with_dropout_draw_anew_as_eager_steps_do()
    {
        using var emulator = new EmulatedCuda();
        using var device = new Device(new CudaBackend(emulator));
        using var random = new Rng(device, 3);
        using var layer = new Dropout(random);
        using var x = device.Full(new Shape(64), 1);
        using var y = device.Zeros(x.Shape);
        Step();
        int[] state = layer.Generator.ToArray<int>();
        Step();
        float[] second = y.ToArray();
        Step();
        float[] third = y.ToArray();
        layer.Generator.CopyFrom<int>(state);
        using var graph = device.Capture(Step);
        graph.Replay();
        Assert.That(y.ToArray(), Is.EqualTo(second));
        graph.Replay();
        Assert.That(y.ToArray(), Is.EqualTo(third).And.Not.EqualTo(second));

        void Step()
        {
            using var scope = device.Scope();
            y.CopyFrom(layer.Forward(x));
        }
    }

    [Test]
    public void A_sequence_names_its_layers_by_place_and_shares_one_that_comes_twice()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        var shared = new Linear(random, 3, 3);
        using var sequence = new Sequential(shared, new Apply(static x => x.Relu()), shared, new Sequential(
            new BatchNorm2d(device, 3)));
        Assert.That(sequence.StateDict().Keys, Is.EqualTo(new[]
        {
            "0.weight", "0.bias", "3.0.weight", "3.0.bias", "3.0.running_mean", "3.0.running_var",
        }));
        sequence.Eval();
        Assert.That(((Sequential)sequence.Layers[3]).Layers[0].Training, Is.False);
    }

    [Test]
    public void A_mask_takes_keys_away_and_a_causal_one_what_comes_later()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var layer = new MultiHeadAttention(random, 4, 2);
        using var scope = device.Scope();
        var x = device.From(Make.Numbers(16, 1), [1, 4, 4]);
        const float None = float.NegativeInfinity;
        // The last key is taken away for all: as if there were three places.
        var masked = layer.Forward(x, mask: device.Values([4], 0, 0, 0, None)).Slice(1, 0, 3);
        Near.All(masked.ToArray(), [.. layer.Forward(x.Slice(1, 0, 3)).ToArray().Select(static v => (double)v)], 1e-6);
        var causal = layer.Forward(x, causal: true);
        Near.All(causal.Slice(1, 0, 2).ToArray(),
            [.. layer.Forward(x.Slice(1, 0, 2), causal: true).ToArray().Select(static v => (double)v)], 1e-6);
        Assert.That(causal.ToArray(), Is.Not.EqualTo(layer.Forward(x).ToArray()));
    }

    static Refusal[] Refusals { get; } =
    [
        new("conv1d of images", d => New(d, r => new Conv1d(r, 2, 2, 3)).Forward(d.Of(1, 2, 3, 2)), "Conv1d", "rank 4"),
        new("conv1d of other channels", d => New(d, r => new Conv1d(r, 2, 2, 3)).Forward(d.Of(1, 5, 3)), "Conv1d", "3 channels"),
        new("short sequence", d => New(d, r => new Conv1d(r, 2, 2, 3)).Forward(d.Of(1, 2, 2)), "Conv1d", "shorter"),
        new("conv1d without taps", d => New(d, r => new Conv1d(r, 2, 2, 0)).Forward(d.Of(1)), "Conv1d", "kernel 0"),
        new("linear bias", d => New(d, r => new Linear(r, 2, 2, bias: Init.Zeros, hasBias: false)).Forward(d.Of(1)), "Linear"),
        new("linear width", d => New(d, r => new Linear(r, 2, 2)).Forward(d.Of(1, 3)), "Linear", "(1, 3)"),
        new("layer norm", d => New(d, r => new LayerNorm(d, 3)).Forward(d.Of(2, 4)), "LayerNorm", "(2, 4)", "(3)"),
        new("layer norm of a scalar", d => New(d, r => new LayerNorm(d, 3)).Forward(d.Of()), "LayerNorm"),
        new("layer norm of nothing", d => New(d, r => new LayerNorm(d, new Shape())).Forward(d.Of()), "LayerNorm"),
        new("epsilon", d => New(d, r => new LayerNorm(d, 3, -1)).Forward(d.Of()), "LayerNorm", "epsilon -1"),
        new("groups", d => New(d, r => new GroupNorm(d, 2, 3)).Forward(d.Of(1)), "GroupNorm", "2 groups"),
        new("group channels", d => New(d, r => new GroupNorm(d, 2, 4)).Forward(d.Of(1, 3)), "GroupNorm", "(1, 3)"),
        new("one pixel", d => New(d, r => new InstanceNorm2d(d, 2)).Forward(d.Of(1, 1, 1, 2)), "InstanceNorm2d", "two values"),
        new("dropout", d => New(d, r => new Dropout(r, 1)).Forward(d.Of(1)), "Dropout", "probability 1"),
        new("adaptive size", d => new AdaptiveAvgPool2d(0, 1).Forward(d.Of(1)), "AdaptiveAvgPool2d", "0 x 1"),
        new("adaptive rank", d => new AdaptiveAvgPool2d(2).Forward(d.Of(1, 2, 3)), "AdaptiveAvgPool2d", "rank 3"),
        new("no pixels", d => new AdaptiveAvgPool2d(2).Forward(d.Of(1, 0, 3, 1)), "AdaptiveAvgPool2d", "no pixels"),
        new("pool window", d => new MaxPool2d(0).Forward(d.Of(1)), "MaxPool2d", "kernel 0"),
        new("pool padding", d => new AvgPool2d(2, 2, 2).Forward(d.Of(1)), "AvgPool2d", "padding 2"),
        new("flattened scalar", d => new Flatten().Forward(d.Of()), "Flatten"),
        new("heads", d => New(d, r => new MultiHeadAttention(r, 4, 3)).Forward(d.Of(1)), "MultiHeadAttention", "3 heads"),
        new("features", d => New(d, r => new MultiHeadAttention(r, 4, 2)).Forward(d.Of(1, 2, 3)), "MultiHeadAttention", "3 feat"),
        new("values", d => New(d, r => new MultiHeadAttention(r, 4, 2)).Forward(d.Of(1, 2, 4), d.Of(1, 3, 4), d.Of(1, 2, 4)),
            "MultiHeadAttention", "3 keys", "2 values"),
        new("mask", d => New(d, r => new MultiHeadAttention(r, 4, 2)).Forward(d.Of(1, 2, 4), mask: d.Of(3)),
            "MultiHeadAttention", "mask (3)"),
        new("mse shapes", d => Loss.Mse(d.Of(2, 1), d.Of(2)), "Mse", "(2)", "(2, 1)"),
        new("huber delta", d => Loss.Huber(d.Of(2), d.Of(2), 0), "Huber", "delta 0"),
        new("smooth l1 beta", d => Loss.SmoothL1(d.Of(2), d.Of(2), -1), "SmoothL1", "beta -1"),
        new("bce weight", d => Loss.BinaryCrossEntropyWithLogits(d.Of(2), d.Of(2), d.Of(3)), "BinaryCrossEntropy", "(3)"),
        new("nll labels", d => Loss.NegativeLogLikelihood(d.Of(2, 3), d.Ints(3)), "NegativeLogLikelihood", "(3)"),
        new("float labels", d => Loss.CrossEntropy(d.Of(2, 3), d.Of(2)), "CrossEntropy", "I32"),
        new("smoothing", d => Loss.CrossEntropy(d.Of(2, 3), d.Ints(2), 2), "CrossEntropy", "smoothing 2"),
    ];

    [TestCaseSource(nameof(Refusals))]
    public void A_misfit_is_refused_in_a_sentence_that_names_it(object refusal)
    {
        var r = (Refusal)refusal;
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var e = Assert.Throws<ArgumentException>(() => r.Call(device))!;
        Assert.That(e.Message, Does.StartWith(r.Fragments[0]));
        foreach (string fragment in r.Fragments) Assert.That(e.Message, Does.Contain(fragment));
    }

    [Test]
    public void A_label_outside_of_the_classes_is_no_silent_zero()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(Loss.NegativeLogLikelihood(device.Of(1, 3), device.From([3], [1])).Item(), Is.NaN);
        float[] certain = [0, float.NegativeInfinity];
        Assert.That(Loss.NegativeLogLikelihood(device.From(certain, [1, 2]), device.From([0], [1])).Item(), Is.Zero);
    }

    /// <summary>A layer whose weights nobody frees: the device's end does.</summary>
    static T New<T>(Device device, Func<Rng, T> create) where T : Module => create(new Rng(device, 1));
}
