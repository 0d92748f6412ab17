using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

sealed class EmaTests
{
    sealed class Net : Module
    {
        public Net(Rng random, int features)
        {
            Linear = Child("linear", new Linear(random, 3, features));
            Norm = Child("norm", new BatchNorm2d(random.Device, features));
        }

        public Linear Linear { get; }

        public BatchNorm2d Norm { get; }
    }

    [Test]
    public void It_starts_at_the_source_and_follows_it_buffers_at_once()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var source = new Net(random, 4);
        using var average = new Net(random, 4);
        var ema = new Ema(source, average, 0.9f);
        double[] expected = [.. source.Linear.Weight.ToArray().Select(x => (double)x)];
        Near.All(average.Linear.Weight.ToArray(), expected, 0);
        for (int step = 0; step < 5; step++)
        {
            float[] next = Make.Numbers(12, step), mean = Make.Numbers(4, 50 + step);
            source.Linear.Weight.CopyFrom<float>(next);
            source.Norm.RunningMean.CopyFrom<float>(mean);
            ema.Update();
            for (int i = 0; i < 12; i++) expected[i] = 0.9 * expected[i] + 0.1 * next[i];
            Near.All(average.Linear.Weight.ToArray(), expected);
            Assert.That(average.Norm.RunningMean.ToArray(), Is.EqualTo(mean));
            Assert.That(source.Linear.Weight.ToArray(), Is.EqualTo(next));
        }
        Assert.That(ema.Average, Is.SameAs(average));
    }

    [Test]
    public void Adam_moves_an_average_with_its_parameters()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var source = new Net(random, 4);
        using var average = new Net(random, 4);
        using var adam = new Adam(source.NamedParameters(), 0.1f, average: new Ema(source, average, 0.9f));
        double[] expected = [.. source.Linear.Weight.ToArray().Select(x => (double)x)],
            still = [.. source.Norm.Gamma.ToArray().Select(x => (double)x)];
        for (int step = 0; step < 3; step++)
        {
            // Only the linear layer has a gradient; the norm's scale is changed by hand, and its average follows all the same.
            source.Norm.Gamma.CopyFrom<float>(Make.Numbers(4, step));
            source.Norm.RunningVar.CopyFrom<float>(Make.Numbers(4, 9 + step));
            using (device.Scope()) source.Linear.Forward(device.Values([1, 3], 1, -2, 3)).Square().Sum().Backward();
            adam.Step();
            adam.ZeroGrad();
            float[] weight = source.Linear.Weight.ToArray(), gamma = source.Norm.Gamma.ToArray();
            for (int i = 0; i < expected.Length; i++) expected[i] = 0.9 * expected[i] + 0.1 * weight[i];
            for (int i = 0; i < still.Length; i++) still[i] = 0.9 * still[i] + 0.1 * gamma[i];
            Near.All(average.Linear.Weight.ToArray(), expected, 1e-6);
            Near.All(average.Norm.Gamma.ToArray(), still, 1e-6);
            Assert.That(average.Norm.RunningVar.ToArray(), Is.EqualTo(source.Norm.RunningVar.ToArray()));
        }
    }

    /// <summary>By Adam where there is a gradient, by itself where there is none, and alone.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void A_decay_that_moves_is_read_at_each_update(bool byAdam)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var source = new Net(random, 4);
        using var average = new Net(random, 4);
        using var rest = device.Full(new(1), 9).Own();
        var course = new HalfLife(new CosineRamp(0, 40, 5), 8);
        var ema = new Ema(source, average, rest);
        using var adam = new Adam(source.NamedParameters(), 0.1f, average: byAdam ? ema : null);
        using var schedule = new ScalarSchedule([new(rest, course)]);
        double[] expected = [.. source.Linear.Weight.ToArray().Select(x => (double)x)],
            still = [.. source.Norm.Gamma.ToArray().Select(x => (double)x)];
        for (int step = 0; step < 7; step++)
        {
            source.Norm.Gamma.CopyFrom<float>(Make.Numbers(4, step));
            using (device.Scope()) source.Linear.Forward(device.Values([1, 3], 1, -2, 3)).Square().Sum().Backward();
            adam.Step();
            adam.ZeroGrad();
            if (!byAdam) ema.Update();
            double share = course.At(step);
            Assert.That(ema.Decay, Is.EqualTo(1 - share).Within(1e-7));
            Follow(expected, source.Linear.Weight.ToArray(), share);
            Follow(still, source.Norm.Gamma.ToArray(), share);
            Near.All(average.Linear.Weight.ToArray(), expected, 1e-6);
            Near.All(average.Norm.Gamma.ToArray(), still, 1e-6);
            schedule.Prepare();
            schedule.Advance();
        }

        static void Follow(double[] a, float[] p, double share)
        {
            for (int i = 0; i < a.Length; i++) a[i] += share * (p[i] - a[i]);
        }
    }

    [Test]
    public void A_structure_or_decay_that_does_not_fit_is_refused()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        using var four = new Net(random, 4);
        using var five = new Net(random, 5);
        using var linear = new Linear(random, 3, 4);
        Assert.That(() => new Ema(four, five, 0.9f),
            Throws.ArgumentException.With.Message.Contains("linear.weight (4, 3)").And.Message.Contains("(5, 3)"));
        Assert.That(() => new Ema(four, linear, 0.9f), Throws.ArgumentException);
        using var pair = device.Zeros(new(2)).Own();
        Assert.That(() => new Ema(four, four, pair), Throws.ArgumentException.With.Message.Contains("(2)"));
        Assert.That(() => new Ema(four, four, 1), Throws.ArgumentException.With.Message.Contains("decay 1"));
    }

    /// <summary>The longer of two structures must not be cut to the shorter in silence.</summary>
    [Test]
    public void A_module_with_more_parts_is_refused()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        using var linear = new Linear(random, 3, 4);
        using var spectral = new Linear(random, 3, 4, spectral: true);
        Assert.That(() => new Ema(linear, spectral, 0.9f), Throws.ArgumentException);
        Assert.That(() => new Ema(spectral, linear, 0.9f), Throws.ArgumentException);
    }
}
