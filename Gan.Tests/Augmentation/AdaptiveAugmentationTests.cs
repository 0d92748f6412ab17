using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Augmentation;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Augmentation;

/// <summary>Adaptive augmentation: what p does, and what moves it.</summary>
sealed class AdaptiveAugmentationTests
{
    const int Count = 64, Side = 8;

    static float[] Augmented(float p, float[] x, bool turned = false, bool keepsUpright = true)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 3);
        using var augment = new AdaptiveAugmentation(device, Side, 0.6f, keepsUpright);
        using var state = (AdaptiveProbability)augment.State;
        state.Value.CopyFrom<float>([p]);
        using var scope = device.Scope();
        var images = device.From(x, new Shape(Count, Side, Side, 3));
        return (turned ? augment.Turned(images, random) : augment.Upright(images, random)).ToArray();
    }

    static float[] Noise => Make.Numbers(Count * Side * Side * 3, 5);

    [Test]
    public void With_p_at_zero_it_changes_no_bit([Values] bool turned, [Values] bool keepsUpright) =>
        Assert.That(Augmented(0, Noise, turned, keepsUpright), Is.EqualTo(Noise));

    [Test]
    public void The_share_of_changed_images_grows_with_p()
    {
        int[] changed = [.. new[] { 0.02f, 0.2f, 1 }.Select(static p => Augmented(p, Noise).Chunk(Side * Side * 3)
            .Zip(Noise.Chunk(Side * Side * 3), static (a, b) => a.AsSpan().SequenceEqual(b) ? 0 : 1).Sum())];
        Assert.That(changed, Is.Ordered.And.Unique);
        Assert.That(changed[^1], Is.EqualTo(Count));
        Assert.That(Augmented(1, Noise), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Images_of_a_task_on_turns_keep_their_colours()
    {
        // Shifted, an image of ones is one wherever it is not beyond the border, or between.
        float[] ones = [.. Enumerable.Repeat(1f, Count * Side * Side * 3)];
        Assert.That(Augmented(1, ones, turned: true), Has.All.InRange(0f, 1.000001f).And.Some.EqualTo(0));
        Assert.That(Augmented(1, ones), Has.Some.Not.InRange(0f, 1.000001f), "The others do not.");
    }

    [Test]
    public void P_moves_after_four_updates_by_the_images_over_500000_towards_the_target()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var stats = new StepStats(device);
        using var state = new AdaptiveProbability(device, 0.6f);
        const float step = 4 * 10 / 500_000f;
        // Nine of ten real logits above 0 have a mean sign of 0.8; the last four are 0.2 on average.
        Observe(positive: 9);
        Observe(positive: 9);
        Observe(positive: 9);
        Assert.That(state.Value.Item(), Is.Zero);
        Observe(positive: 9);
        Assert.That(state.Value.Item(), Is.EqualTo(step).Within(1e-9));
        foreach (int positive in new[] { 9, 5, 5, 5 }) Observe(positive);
        Assert.That(state.Value.Item(), Is.Zero, "It fell again, not below 0.");
        foreach (int positive in new[] { 5, 5, 5, 5 }) Observe(positive);
        Assert.That(state.Value.Item(), Is.Zero);
        state.Value.CopyFrom<float>([1]);
        foreach (int positive in new[] { 9, 9, 9, 9 }) Observe(positive);
        Assert.That(state.Value.Item(), Is.EqualTo(1), "Not above 1 either.");
        var reported = stats.Take().ToDictionary();
        Assert.That(reported["augment_rt"], Is.EqualTo((9 * 0.8 + 7 * 0) / 16).Within(1e-6));

        void Observe(int positive)
        {
            using var scope = device.Scope();
            var logits = device.From([.. Enumerable.Range(0, 10).Select(i => i < positive ? 2f : -3f)], new Shape(10, 1));
            state.Observe(logits, stats.Add);
        }
    }
}
