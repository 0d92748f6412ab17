using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Engine.Serialization;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

/// <summary>What every optimizer is asked, and clipping and accumulation.</summary>
sealed class OptimizerTests
{
    static readonly (string Name, Func<NamedTensor[], Optimizer> Create, string[] State)[] All =
    [
        ("AdamW", static p => new AdamW(p, 0.1f), ["m", "v", "step"]),
        ("RmsProp", static p => new RmsProp(p, 0.1f, weightDecay: 0.1f, momentum: 0.5f, centered: true),
            ["square", "mean", "momentum"]),
        ("Lion", static p => new Lion(p, 0.1f, weightDecay: 0.1f), ["m"]),
        ("Sgd", static p => new Sgd(p, 0.1f, 0.5f, 0.1f, nesterov: true), ["momentum"]),
    ];

    static IEnumerable<string> Names => All.Select(static o => o.Name);

    static Optimizer Create(string name, NamedTensor[] p) => All.Single(o => o.Name == name).Create(p);

    [TestCaseSource(nameof(Names))]
    public void A_state_that_is_saved_and_loaded_goes_on_bit_for_bit(string name)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using (var w = device.Leaf(1, 3, 2))
        using (var copy = device.Leaf(2, 3, 2))
        using (var optimizer = Create(name, [("w", w)]))
        using (var resumed = Create(name, [("w", copy)]))
        {
            for (int i = 0; i < 3; i++) Step(optimizer, w);
            optimizer.LearningRate = 0.05f;
            SafetensorsWriter.Write(temp["state"], optimizer.NamedState.Append(("w", w)).Select(static s =>
            {
                long[] shape = [.. s.Tensor.Shape.Select(static d => (long)d)];
                byte[] bytes = new byte[s.Tensor.View.Bytes];
                s.Tensor.Backend.Download(s.Tensor.View, bytes);
                return new SafetensorsItem(s.Name, s.Tensor.Type == DType.F32 ? FileDType.F32 : FileDType.I32, shape, bytes);
            }));
            using (var file = SafetensorsFile.Open(temp["state"]))
            {
                StateDict.Load(file, [.. resumed.NamedState.Append(("w", copy)).Select(static s =>
                    new StateEntry(s.Name, s.Tensor))]);
            }
            for (int i = 0; i < 3; i++)
            {
                Step(optimizer, w);
                Step(resumed, copy);
                Assert.That(copy.ToArray(), Is.EqualTo(w.ToArray()));
            }
            Assert.That(optimizer.NamedState.Skip(1).Select(static s => s.Name),
                Is.EqualTo(All.Single(o => o.Name == name).State.Select(static s => "w." + s)));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void What_has_no_gradient_stays_also_where_weights_decay(string name)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (busy, idle) = (device.Leaf(1, 3), device.Leaf(2, 3));
        using var optimizer = Create(name, [("busy", busy), ("idle", idle)]);
        float[] before = idle.ToArray();
        Step(optimizer, busy);
        Assert.That(idle.ToArray(), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Names))]
    public void A_captured_step_with_a_schedule_does_what_eager_ones_do(string name)
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        using var w = device.Leaf(1, 5);
        using var same = device.Leaf(1, 5);
        using var optimizer = Create(name, [("w", w)]);
        using var eager = Create(name, [("w", same)]);
        var course = new WarmUp(3, new StepDecay(0.1f, 2, 0.5));
        using var schedule = new ScalarSchedule(
            [ScheduledScalar.RateOf(optimizer, course), ScheduledScalar.RateOf(eager, course)]);
        schedule.Prepare();
        Both();
        using var graph = device.Capture(Both);
        for (int i = 0; i < 4; i++)
        {
            schedule.Prepare();
            graph.Replay();
        }
        float[] replayed = w.ToArray();
        Assert.That(same.ToArray(), Is.EqualTo(replayed), "both in one graph");
        using var cpu = Device.Cpu(1);
        using var host = cpu.Leaf(1, 5);
        using var plain = Create(name, [("w", host)]);
        for (int i = 0; i < 5; i++)
        {
            plain.LearningRate = course.At(i);
            Step(plain, host);
        }
        // A few roundings a step.
        Near.All(replayed, [.. host.ToArray().Select(static v => (double)v)], 1e-5);

        void Both()
        {
            Step(optimizer, w);
            Step(eager, same);
            schedule.Advance();
        }
    }

    [Test]
    public void Clipping_by_norm_scales_all_gradients_also_shared_ones_and_by_value_each()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (a, b) = (device.Values([2], 1, 2), device.Values([2], 3, 4));
        a.RequiresGrad = b.RequiresGrad = true;
        using var sgd = new Sgd([("a", a), ("b", b)], 1);
        // Both addends of a sum get one and the same gradient, (3, -4).
        ((a + b) * device.Values([2], 3, -4)).Sum().Backward();
        double norm = Math.Sqrt(50);
        Assert.That(sgd.ClipGradientNorm(2).Item(), Is.EqualTo(norm).Within(1e-5));
        double[] clipped = [3 * 2 / norm, -4 * 2 / norm];
        Near.All(a.Grad!.ToArray(), clipped);
        Near.All(b.Grad!.ToArray(), clipped);
        Assert.That(sgd.ClipGradientNorm(9).Item(), Is.EqualTo(2).Within(1e-5));
        Near.All(a.Grad!.ToArray(), clipped, 1e-6);
        sgd.ClipGradientValues(1);
        Near.All(b.Grad!.ToArray(), [clipped[0], -1]);
        Assert.That(() => sgd.ClipGradientNorm(0), Throws.ArgumentException.With.Message.Contains("norm 0"));
        Assert.That(() => sgd.ClipGradientValues(float.NaN), Throws.ArgumentException.With.Message.Contains("NaN"));
    }

    [Test]
    public void Gradients_of_parts_of_a_batch_add_up_to_those_of_the_batch()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (w, x) = (device.Leaf(1, 3), device.From(Make.Numbers(24, 2), [8, 3]));
        (x * w).Square().Mean().Backward();
        double[] whole = [.. w.Grad!.ToArray().Select(static v => (double)v)];
        w.ZeroGrad();
        for (int part = 0; part < 4; part++) ((x.Slice(0, 2 * part, 2) * w).Square().Mean() / 4).Backward();
        Near.All(w.Grad!.ToArray(), whole, 1e-6);
    }

    [Test]
    public void Constants_out_of_range_are_refused_by_name()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        NamedTensor[] p = [("a", device.Leaf(1, 2))];
        (Func<object> Call, string Words)[] calls =
        [
            (() => new AdamW(p, weightDecay: -1), "AdamW: weight decay -1"), (() => new Lion(p, beta1: 1), "Lion: beta1 1"),
            (() => new Lion(p, beta2: -1), "Lion: beta2 -1"),
            (() => new Lion(p, weightDecay: float.NaN), "Lion: weight decay NaN"),
            (() => new RmsProp(p, alpha: 1), "RmsProp: alpha 1"), (() => new RmsProp(p, epsilon: 0), "RmsProp: epsilon 0"),
            (() => new RmsProp(p, momentum: 1), "RmsProp: momentum 1"),
            (() => new Sgd(p, 1, weightDecay: -1), "Sgd: weight decay"),
            (() => new Sgd(p, 1, nesterov: true), "Nesterov"), (() => new OneCycle(1, 3), "OneCycle: a share 0.3 of 3"),
            (() => new OneCycle(1, 30, Divisor: 0), "divisor 0"), (() => new StepDecay(1, 0, 0.5), "StepDecay"),
            (() => new WarmUp(0, new ConstantRate(1)), "WarmUp: 0 steps"),
        ];
        foreach (var (call, words) in calls)
            Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains(words), words);
        Assert.That(() => new WarmUp(1, null!), Throws.ArgumentNullException);
    }

    static void Step(Optimizer optimizer, Tensor w)
    {
        using var scope = w.Device.Scope();
        optimizer.ZeroGrad();
        w.Square().Sum().Backward();
        optimizer.Step();
    }
}
