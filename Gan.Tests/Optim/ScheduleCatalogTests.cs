using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Tests.Optim;

/// <summary>The questions that every course of the learning rate is asked.</summary>
sealed class ScheduleCatalogTests
{
    static IEnumerable<ScheduleEntry> Entries => ScheduleCatalog.Entries;

    [Test]
    public void Names_are_different_and_another_is_refused()
    {
        Assert.That(ScheduleCatalog.Names, Is.Unique);
        Assert.That(() => ScheduleCatalog.Of("zigzag"), Throws.ArgumentException.With.Message.Contains("\"zigzag\"")
            .And.Message.Contains("linear, constant, cosine"));
    }

    [TestCaseSource(nameof(Entries))]
    public void It_begins_at_its_start_never_rises_and_stays_finite_past_its_end(ScheduleEntry entry)
    {
        var schedule = entry.Create(0.5f, 9, 3);
        float[] rates = [.. Enumerable.Range((int)schedule.From, 12).Select(i => schedule.At(i))];
        Assert.That(rates[0], Is.EqualTo(0.5f));
        Assert.That(rates, Is.Ordered.Descending);
        Assert.That(rates, Has.All.InRange(0f, 0.5f));
    }

    // 1,500 steps are more than are laid out at a time.
    [TestCaseSource(nameof(Entries))]
    public void The_device_follows_it_from_any_step(ScheduleEntry entry)
    {
        using var device = Device.Cpu(1);
        using var p = device.Zeros(new(3));
        using var adam = new Adam([("p", p)], 9);
        using var sgd = new Sgd([("p", p)], 9);
        var course = entry.Create(2e-4f, 1500, 7);
        using var schedule = new ScalarSchedule([ScheduledScalar.RateOf(adam, course), ScheduledScalar.RateOf(sgd, course)], 20);
        for (int step = 20; step < 1510; step++)
        {
            if ((adam.LearningRate, sgd.LearningRate) != (course.At(step), course.At(step)))
                Assert.Fail($"After {step} steps: {adam.LearningRate} and {sgd.LearningRate}, not {course.At(step)}.");
            schedule.Prepare();
            schedule.Advance();
        }
    }

    [TestCaseSource(nameof(Entries))]
    public void A_captured_step_of_it_is_replayed_beyond_what_was_laid_out(ScheduleEntry entry)
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        using var p = device.Zeros(new(3));
        using var adam = new Adam([("p", p)], 9);
        var course = entry.Create(2e-4f, 2000, 0);
        using var schedule = new ScalarSchedule([ScheduledScalar.RateOf(adam, course)]);
        schedule.Prepare();
        schedule.Advance();
        schedule.Prepare();
        using var captured = device.Capture(schedule.Advance);
        captured.Replay();
        for (int step = 2; step < ScalarSchedule.Window + 3; step++)
        {
            // A look costs a copy; only the edges are looked at one by one.
            if (step < 5 || step > ScalarSchedule.Window - 3)
                Assert.That(adam.LearningRate, Is.EqualTo(course.At(step)), $"after {step} steps");
            schedule.Prepare();
            captured.Replay();
        }
    }
}
