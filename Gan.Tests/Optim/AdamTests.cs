using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

sealed class AdamTests
{
    [TestCase(0f, 0.9f)]
    [TestCase(0.5f, 0.999f)]
    [TestCase(0.9f, 0.99f)]
    public void Updates_follow_algorithm_1_also_where_a_gradient_is_missing(float beta1, float beta2)
    {
        const float Rate = 0.03f, Epsilon = 1e-6f;
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Tensor[] p = [device.Leaf(1, 5), device.Leaf(2, 2, 3), device.Leaf(3)];
        using var adam = new Adam([("a", p[0]), ("b", p[1]), ("c", p[2])], Rate, beta1, beta2, Epsilon);
        double[][] value = [.. p.Select(t => t.ToArray().Select(x => (double)x).ToArray())],
            first = [new double[5], new double[6], new double[1]],
            second = [new double[5], new double[6], new double[1]];
        double rate = Rate;
        int[] count = new int[3];
        for (int step = 1; step <= 8; step++)
        {
            if (step == 5) (adam.LearningRate, rate) = (0.01f, 0.01f);
            adam.ZeroGrad();
            for (int i = 0; i < 3; i++)
            {
                // The second parameter has a gradient in every other step, the third none at first.
                if ((i == 1 && step % 2 == 0) || (i == 2 && step < 4)) continue;
                int t = ++count[i];
                float[] g = Make.Numbers(value[i].Length, 100 * step + i);
                (p[i] * device.From(g, p[i].Shape)).Sum().Backward();
                for (int j = 0; j < g.Length; j++)
                {
                    first[i][j] = beta1 * first[i][j] + (1 - (double)beta1) * g[j];
                    second[i][j] = beta2 * second[i][j] + (1 - (double)beta2) * g[j] * g[j];
                    value[i][j] -= rate * (first[i][j] / (1 - Math.Pow(beta1, t)))
                        / (Math.Sqrt(second[i][j] / (1 - Math.Pow(beta2, t))) + Epsilon);
                }
            }
            adam.Step();
            for (int i = 0; i < 3; i++) Near.All(p[i].ToArray(), value[i], 1e-5);
        }
        string[] names = ["a.step", "b.step", "c.step"];
        Assert.That(names.Select(n => adam.NamedState.Single(s => s.Name == n).Tensor.ToArray<int>()[0]),
            Is.EqualTo(new[] { 8, 4, 5 }));
    }

    /// <summary>PyTorch: each parameter has its own state["step"].</summary>
    [Test]
    public void A_gradient_that_first_comes_at_step_1001_moves_its_parameter_like_a_first_one()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (busy, late, young) = (device.Leaf(1, 4), device.Leaf(2, 4), device.Leaf(2, 4));
        using var adam = new Adam([("busy", busy), ("late", late)], 0.1f, 0.9, 0.999);
        using var fresh = new Adam([("young", young)], 0.1f, 0.9, 0.999);
        float[] before = late.ToArray();
        for (int i = 0; i < 1000; i++) Step(adam, busy);
        Assert.That(late.ToArray(), Is.EqualTo(before));
        foreach (string state in new[] { "late.m", "late.v" }) Assert.That(State(adam, state).ToArray(), Has.All.Zero, state);
        Assert.That(State(adam, "late.step").ToArray<int>(), Is.EqualTo(new[] { 0 }));
        Step(adam, busy, late);
        Step(fresh, young);
        Assert.That(late.ToArray(), Is.EqualTo(young.ToArray()));
        Near.All(late.ToArray(), [.. before.Select(static x => x - 0.1 * Math.Sign(x))], 1e-5);

        static void Step(Adam adam, params Tensor[] trained)
        {
            adam.ZeroGrad();
            foreach (var p in trained) p.Square().Sum().Backward();
            adam.Step();
        }

        static Tensor State(Adam adam, string name) => adam.NamedState.Single(s => s.Name == name).Tensor;
    }

    [Test]
    public void Captured_steps_count_on_the_device()
    {
        using var cuda = new EmulatedCuda();
        var backend = new CudaBackend(cuda);
        using (var device = new Device(backend))
        using (var a = device.Leaf(1, 4))
        using (var b = device.Leaf(2, 4))
        using (var adam = new Adam([("a", a), ("b", b)], 0.1f, 0.9, 0.999))
        using (var cpu = Device.Cpu(1))
        using (var x = cpu.Leaf(1, 4))
        using (var y = cpu.Leaf(2, 4))
        using (var same = new Adam([("a", x), ("b", y)], 0.1f, 0.9, 0.999))
        {
            Step(device, adam, a);
            Step(device, adam, a, b);
            using (var graph = device.Capture(() => Step(device, adam, a, b)))
            {
                var before = backend.Counters;
                for (int i = 0; i < 3; i++) graph.Replay();
                Assert.That(backend.Counters, Is.EqualTo(before with { GraphLaunches = before.GraphLaunches + 3 }),
                    "no host work");
                Assert.That(Counts(adam), Is.EqualTo(new[] { 5, 4 }));
            }
            Step(cpu, same, x);
            for (int i = 0; i < 4; i++) Step(cpu, same, x, y);
            Assert.That(Counts(same), Is.EqualTo(new[] { 5, 4 }));
            // A few roundings a step.
            Near.All(a.ToArray(), [.. x.ToArray().Select(static v => (double)v)], 1e-6);
            Near.All(b.ToArray(), [.. y.ToArray().Select(static v => (double)v)], 1e-6);
        }

        static void Step(Device device, Adam adam, params Tensor[] trained)
        {
            using var scope = device.Scope();
            adam.ZeroGrad();
            foreach (var p in trained) p.Square().Sum().Backward();
            adam.Step();
        }

        static int[] Counts(Adam adam) => [.. adam.NamedState
            .Where(static s => s.Name.EndsWith(".step", StringComparison.Ordinal))
            .Select(static s => s.Tensor.ToArray<int>()[0])];
    }

    /// <summary>As in PyTorch the bias is corrected by the beta of the step, whatever the past ones were.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void A_beta_that_moves_is_read_at_each_step_also_in_a_graph(bool captured)
    {
        const double Rate = 0.03, Beta1 = 0.5, Epsilon = 1e-6;
        var course = new CosineRamp(0.1f, 0.01f, 6);
        using var cuda = new EmulatedCuda();
        using var device = captured ? new Device(new CudaBackend(cuda)) : Device.Cpu(1);
        using var p = device.Leaf(1, 5);
        using var rest = device.Full(new(1), 9).Own();
        using var adam = new Adam([("p", p)], (float)Rate, Beta1, 0.9, Epsilon, restBeta2: rest);
        using var schedule = new ScalarSchedule([new(rest, course)]);
        double[] value = [.. p.ToArray().Select(static x => (double)x)], m = new double[5], v = new double[5];
        CapturedStep? graph = null;
        for (int step = 0; step < 9; step++)
        {
            schedule.Prepare();
            if (!captured || step == 0) Step();
            else (graph ??= device.Capture(Step)).Replay();
            double beta2 = 1 - (double)course.At(step);
            for (int j = 0; j < 5; j++)
            {
                double g = 2 * value[j];
                m[j] = Beta1 * m[j] + (1 - Beta1) * g;
                v[j] = beta2 * v[j] + (1 - beta2) * g * g;
                value[j] -= Rate * (m[j] / (1 - Math.Pow(Beta1, step + 1)))
                    / (Math.Sqrt(v[j] / (1 - Math.Pow(beta2, step + 1))) + Epsilon);
            }
            Near.All(p.ToArray(), value, 1e-5);
        }
        graph?.Dispose();

        void Step()
        {
            using var scope = device.Scope();
            adam.ZeroGrad();
            p.Square().Sum().Backward();
            adam.Step();
            schedule.Advance();
        }
    }

    [Test]
    public void State_is_named_for_a_checkpoint_and_freed()
    {
        using var device = Device.Cpu(1);
        using var a = device.Leaf(1, 2);
        using var leaks = new NoLeaks(device);
        using var adam = new Adam([("x.weight", a)]);
        Assert.That(adam.NamedState.Select(s => s.Name),
            Is.EqualTo(new[] { "learning_rate", "x.weight.m", "x.weight.v", "x.weight.step" }));
        Assert.That(adam.LearningRate, Is.EqualTo(2e-4f));
    }

    [Test]
    public void Constants_out_of_range_are_refused_by_name()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        NamedTensor[] p = [("a", device.Leaf(1, 2))];
        Assert.That(() => new Adam(p, 1, 1), Throws.ArgumentException.With.Message.Contains("betas (1,"));
        Assert.That(() => new Adam(p, 1, 0, -0.1f), Throws.ArgumentException.With.Message.Contains("-0.1"));
        Assert.That(() => new Adam(p, 1, float.NaN), Throws.ArgumentException.With.Message.Contains("NaN"));
        Assert.That(() => new Adam(p, 1, 0, 0.9f, 0), Throws.ArgumentException.With.Message.Contains("epsilon 0"));
        Assert.That(() => new Adam(p, float.NaN), Throws.ArgumentException.With.Message.Contains("learning rate NaN"));
        Assert.That(() => new Adam(p, restBeta2: device.Zeros(new(2))), Throws.ArgumentException.With.Message.Contains("(2)"));
        Assert.That(() => new Adam([]), Throws.ArgumentException.With.Message.Contains("Adam: no parameters"));
    }
}
