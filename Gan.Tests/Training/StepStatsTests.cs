using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Gan.Algorithms;

namespace Ssgan.Tests.Training;

/// <summary>Means of what many steps report, on the host, on the emulated card and from a graph.</summary>
sealed class StepStatsTests
{
    [Test]
    public void The_mean_of_two_million_tenths_is_a_tenth()
    {
        using var device = new Device(new CpuBackend(1));
        using var stats = new StepStats(device);
        using var scope = device.Scope();
        var tenth = device.Scalar(0.1f);
        for (int i = 0; i < 2_000_000; i++) stats.Add("tenth", tenth);
        // The second number's own rounding is 1e-10 in a sum of 200,000.
        Assert.That(stats.Take().Single().Mean, Is.EqualTo((double)0.1f).Within(1e-12));
        Assert.That(stats.Take(), Is.Empty);
    }

    [Test]
    public void Values_that_a_plain_sum_would_lose_count([Values] bool captured)
    {
        using var cuda = new EmulatedCuda();
        using var device = Device.Cuda(0, cuda);
        using var stats = new StepStats(device);
        using var large = device.Scalar(1e8f);
        using var one = device.Scalar(1);
        void Add()
        {
            using (device.Scope()) stats.Add("ones", one);
        }
        stats.Add("ones", large);
        Add();
        const int replays = 40;
        if (captured)
        {
            using var graph = device.Capture(Add);
            for (int i = 0; i < replays; i++) graph.Replay();
            stats.Count("ones", replays - 1);
        }
        else
        {
            for (int i = 0; i < replays; i++) Add();
        }
        Assert.That(stats.Take(), Is.EqualTo([("ones", (1e8 + replays + 1) / (replays + 2))]));
    }

    [Test]
    public void A_sum_goes_on_where_it_was_saved()
    {
        using var device = new Device(new CpuBackend(1));
        using var scope = device.Scope();
        using StepStats whole = new(device), before = new(device), after = new(device);
        foreach (float value in (float[])[1e8f, 1, 1, 1])
        {
            whole.Add("loss", device.Scalar(value));
            before.Add("loss", device.Scalar(value));
        }
        // More names than the first array holds, so that it grows.
        for (int i = 0; i < 40; i++) before.Add($"other {i}", device.Scalar(i));
        after.Restore(before.Sums);
        Assert.That(after.Sums, Is.EqualTo(before.Sums));
        whole.Add("loss", device.Scalar(2));
        after.Add("loss", device.Scalar(2));
        Assert.That(after.Sums[0], Is.EqualTo(whole.Sums[0]));
        Assert.That(after.Take()[0].Mean, Is.EqualTo((1e8 + 5) / 5));
    }

    [Test]
    public void A_sum_that_is_not_finite_says_so()
    {
        using var device = new Device(new CpuBackend(1));
        using var scope = device.Scope();
        using var stats = new StepStats(device);
        stats.Add("fine", device.Scalar(1));
        stats.Add("wild", device.Scalar(float.PositiveInfinity));
        Assert.That(stats.FirstNonFinite(), Is.EqualTo("wild"));
        Assert.That(double.IsFinite(stats.Take()[1].Mean), Is.False);
    }
}
