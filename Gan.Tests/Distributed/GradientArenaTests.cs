using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Distributed;

/// <summary>Gradients in one block, summed over ranks, whatever the buckets.</summary>
sealed class GradientArenaTests
{
    const int Layers = 5, Width = 20;

    [TestCase(long.MaxValue, 1)]
    [TestCase(1, Layers)]
    [TestCase(2 * Width * Width * sizeof(float), 3)]
    public void Buckets_change_no_bit_of_a_sum(long bucketBytes, int buckets)
    {
        var plain = Gradients(null, 0);
        var mirror = new MirrorRanks(2);
        var summed = Gradients(mirror, bucketBytes);
        Assert.That(mirror.Sums, Is.EqualTo(2 * buckets), "two backwards");
        for (int i = 0; i < plain.Length; i++)
            Assert.That(summed[i], Is.EqualTo(plain[i].Select(static v => 2 * v)), $"layer {i}");
    }

    [Test]
    public void A_bucket_is_sent_as_soon_as_its_gradients_are_there()
    {
        using var device = Device.Cpu(1);
        var parameters = Parameters(device);
        var mirror = new MirrorRanks(2);
        using (var arena = new GradientArena(parameters, mirror, 1))
        {
            using var scope = device.Scope();
            int sentBefore = -1;
            var x = device.Of(3, Width);
            foreach (var (_, w) in parameters)
            {
                // Backward comes here last of all: nothing but the first layer's gradient is missing.
                if (w == parameters[0].Tensor)
                {
                    x = Tensor.Custom("probe", [x.MatMul(w)], static f => f.Inputs[0] * 1, b =>
                    {
                        sentBefore = mirror.Sums;
                        b[0] = b.Upstream * 1;
                    });
                }
                else x = x.MatMul(w);
            }
            arena.BeginSum();
            x.Sum().Backward();
            arena.FinishSum();
            Assert.That(sentBefore, Is.EqualTo(Layers - 1));
        }
        foreach (var (_, w) in parameters) w.Dispose();
    }

    [Test]
    public void A_gradient_that_vanishes_is_zeros_and_one_that_is_missing_none()
    {
        using var device = Device.Cpu(1);
        var parameters = Parameters(device);
        using (var arena = new GradientArena(parameters, new MirrorRanks(2)))
        {
            using var scope = device.Scope();
            foreach (float value in (ReadOnlySpan<float>)[1, 0])
            {
                foreach (var (_, w) in parameters) w.ZeroGrad();
                arena.BeginSum();
                (parameters[1].Tensor * value).Sum().Backward();
                arena.FinishSum();
                Assert.That(parameters[1].Tensor.Grad!.ToArray(), Has.All.EqualTo(2 * value));
                Assert.That(parameters[0].Tensor.Grad, Is.Null);
            }
        }
        foreach (var (_, w) in parameters) w.Dispose();
        Assert.That(device.Pool.LiveBytes, Is.Zero);
    }

    [Test]
    public void What_cannot_be_gathered_is_refused()
    {
        using var device = Device.Cpu(1);
        using var doubles = device.From([1.0], new Shape(1)).Own();
        Refuse(() => _ = new GradientArena([], new MirrorRanks(2)), "no parameters");
        Refuse(() => _ = new GradientArena([new("w", doubles)], new MirrorRanks(2)), "F64");
        Refuse(() => _ = new GradientArena([new("w", doubles)], new MirrorRanks(2), 0), "0 bytes");

        static void Refuse(Action make, string why) =>
            Assert.That(() => make(), Throws.ArgumentException.With.Message.Contains(why));
    }

    static NamedTensor[] Parameters(Device device) =>
    [
        .. Enumerable.Range(0, Layers).Select(i =>
        {
            var w = device.From(Make.Numbers(Width * Width, i), new Shape(Width, Width)).Own();
            w.RequiresGrad = true;
            return new NamedTensor($"w{i}", w);
        }),
    ];

    /// <summary>After two backwards, so that a block's second use shows.</summary>
    static float[][] Gradients(MirrorRanks? ranks, long bucketBytes)
    {
        using var device = Device.Cpu(1);
        var parameters = Parameters(device);
        float[][] gradients = [];
        using (var arena = ranks is null ? null : new GradientArena(parameters, ranks, bucketBytes))
        {
            for (int pass = 0; pass < 2; pass++)
            {
                using var scope = device.Scope();
                foreach (var (_, w) in parameters) w.ZeroGrad();
                var x = device.From(Make.Numbers(3 * Width, 9 + pass), new Shape(3, Width));
                // Each weight is met twice, so that its gradient arrives in parts.
                foreach (var (_, w) in parameters) x = x.MatMul(w).MatMul(w) * 0.01f;
                arena?.BeginSum();
                x.Square().Sum().Backward();
                arena?.FinishSum();
                gradients = [.. parameters.Select(static p => p.Tensor.Grad!.ToArray())];
            }
        }
        foreach (var (_, w) in parameters) w.Dispose();
        return gradients;
    }
}
