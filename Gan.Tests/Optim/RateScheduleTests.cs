using Ssgan.Engine;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

sealed class RateScheduleTests
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
        using (var schedule = new RateSchedule([adam, sgd], decay, finished))
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
        using var schedule = new RateSchedule([adam], new ConstantRate(0.5f));
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
        Assert.That(() => new RateSchedule([adam], new LinearDecay(1, 9, 5), 4),
            Throws.ArgumentException.With.Message.Contains("from step 5 on"));
    }

    [Test]
    public void Nothing_to_move_is_refused() =>
        Assert.That(() => new RateSchedule([], new LinearDecay(1, 2)),
            Throws.ArgumentException.With.Message.Contains("no optimizers"));
}
