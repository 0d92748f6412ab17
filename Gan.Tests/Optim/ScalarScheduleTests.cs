using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

sealed class ScalarScheduleTests
{
    [TestCase(0)]
    [TestCase(4)]
    [TestCase(4, 3)]
    public void Rates_follow_the_decay_from_any_step(int finished, int from = 0)
    {
        using var device = Device.Cpu(1);
        using var p = device.Zeros(new(3));
        using var adam = new Adam([("p", p)], 9);
        using var sgd = new Sgd([("p", p)], 9);
        var decay = new LinearDecay(2e-4f, 7, from);
        using (var schedule = new ScalarSchedule(Rates(decay, adam, sgd), finished))
        {
            for (int step = finished; step < 9; step++)
            {
                Assert.That((adam.LearningRate, sgd.LearningRate), Is.EqualTo((decay.At(step), decay.At(step))),
                    $"after {step} steps");
                schedule.Advance();
            }
        }
    }

    [Test]
    public void Without_an_end_nothing_is_computed()
    {
        var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var p = device.Zeros(new(3));
        using var adam = new Adam([("p", p)], 9);
        using var schedule = new ScalarSchedule(Rates(new ConstantRate(0.5f), adam));
        backend.Calls.Clear();
        schedule.Advance();
        Assert.That(adam.LearningRate, Is.EqualTo(0.5f));
        Assert.That(backend.Calls, Is.Empty);
    }

    [Test]
    public void A_step_before_the_fall_is_refused()
    {
        using var device = Device.Cpu(1);
        using var p = device.Zeros(new(3));
        using var adam = new Adam([("p", p)], 9);
        Assert.That(() => new ScalarSchedule(Rates(new LinearDecay(1, 9, 5), adam), 4),
            Throws.ArgumentException.With.Message.Contains("from step 5 on"));
    }

    // 1,100 steps are more than are laid out at a time; two lines begin at different steps.
    [Test]
    public void Each_number_follows_its_own_course()
    {
        using var device = Device.Cpu(1);
        Schedule[] courses = [new LinearDecay(2e-4f, 900, 7), new CosineRamp(0.1f, 0.01f, 800.5), new LinearDecay(1, 70),
            new ConstantRate(3), new HalfLife(new CosineRamp(0, 5000, 1000), 64), new LinearDecay(2e-4f, 900, 7)];
        Tensor[] numbers = [.. courses.Select((_, i) => device.Full(i % 2 == 0 ? new Shape(1) : new Shape(), 9).Own())];
        using (var schedule = new ScalarSchedule([.. numbers.Zip(courses, static (n, c) => new ScheduledScalar(n, c))], 20))
        {
            for (int step = 20; step < 1120; step++)
            {
                float[] expected = [.. courses.Select(c => c.At(step))], actual = [.. numbers.Select(static n => n.Item())];
                if (!actual.SequenceEqual(expected)) Assert.That(actual, Is.EqualTo(expected), $"after {step} steps");
                schedule.Prepare();
                schedule.Advance();
            }
        }
        foreach (var number in numbers) number.Dispose();
    }

    [Test]
    public void A_captured_step_of_many_courses_is_replayed()
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        Schedule[] courses = [new LinearDecay(2e-4f, 9), new CosineRamp(0.1f, 0.01f, 8), new LinearDecay(1, 7),
            new HalfLife(new CosineRamp(0, 5000, 6), 64)];
        Tensor[] numbers = [.. courses.Select(_ => device.Full(new Shape(1), 9).Own())];
        using (var schedule = new ScalarSchedule([.. numbers.Zip(courses, static (n, c) => new ScheduledScalar(n, c))]))
        {
            schedule.Prepare();
            schedule.Advance();
            schedule.Prepare();
            using var captured = device.Capture(schedule.Advance);
            captured.Replay();
            for (int step = 2; step < 12; step++)
            {
                Assert.That(numbers.Select(static n => n.Item()), Is.EqualTo(courses.Select(c => c.At(step))),
                    $"after {step} steps");
                schedule.Prepare();
                captured.Replay();
            }
        }
        foreach (var number in numbers) number.Dispose();
    }

    [Test]
    public void What_cannot_be_moved_is_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var course = new LinearDecay(1, 2);
        var (number, pair) = (device.Full(new Shape(1), 1), device.Full(new Shape(2), 1));
        Assert.That(() => new ScalarSchedule([]), Throws.ArgumentException.With.Message.Contains("nothing to move"));
        Assert.That(() => new ScalarSchedule([new(number, course), new(number, course)]),
            Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That(() => new ScalarSchedule([new(pair, course)]), Throws.ArgumentException.With.Message.Contains("(2)"));
        Assert.That(() => new ScalarSchedule([null!]), Throws.ArgumentNullException.With.Message.Contains("scalars[0]"));
    }

    static ScheduledScalar[] Rates(Schedule course, params Optimizer[] optimizers) =>
        [.. optimizers.Select(o => ScheduledScalar.RateOf(o, course))];
}
