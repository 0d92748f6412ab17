using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Distributed;

/// <summary>Sums go beside the kernels that do not need them.</summary>
sealed class NcclOverlapTests
{
    const int Size = 2, Layers = 4, Width = 6;

    [Test]
    public void What_is_queued_behind_a_begun_sum_does_not_wait_for_the_other_ranks()
    {
        using var computed = new ManualResetEventSlim();
        OnCards((rank, device, ranks) =>
        {
            using var scope = device.Scope();
            var x = device.From([rank + 1f, 4], new(2));
            if (rank == 1)
                Assert.That(computed.Wait(TimeSpan.FromMinutes(1)), "the other rank's kernel waits for this rank's sum");
            ranks.BeginSum(x);
            if (rank == 0)
            {
                Assert.That((device.From([3f], new(1)) * 2).ToArray(), Is.EqualTo(new[] { 6f }));
                computed.Set();
            }
            ranks.FinishSums();
            Assert.That((x + 0).ToArray(), Is.EqualTo(new[] { 3f, 8 }));
        });
    }

    [Test]
    public void Ranks_that_stop_between_a_sums_begin_and_end_leave_nothing_behind() =>
        OnCards((rank, device, ranks) =>
        {
            using var x = device.From([rank + 1f], new(1));
            ranks.BeginSum(x);
        });

    [Test]
    public void Buckets_of_a_captured_backward_are_those_of_an_eager_one() =>
        OnCards((rank, device, ranks) =>
        {
            float[][] eager = Gradients(rank, device, ranks, captured: false);
            float[][] again = Gradients(rank, device, ranks, captured: true);
            for (int i = 0; i < Layers; i++) Assert.That(again[i], Is.EqualTo(eager[i]), $"layer {i}");
        });

    static float[][] Gradients(int rank, Device device, ICommunicator ranks, bool captured)
    {
        var layers = new NamedTensor[Layers];
        for (int i = 0; i < Layers; i++)
        {
            var w = device.From(Make.Numbers(Width * Width, i), new Shape(Width, Width)).Own();
            w.RequiresGrad = true;
            layers[i] = new($"w{i}", w);
        }
        using var input = device.From(new float[3 * Width], new(3, Width));
        using var arena = new GradientArena(layers, ranks, bucketBytes: 1);
        void Step()
        {
            using var scope = device.Scope();
            foreach (var (_, w) in layers) w.ZeroGrad();
            var y = input;
            foreach (var (_, w) in layers) y = y.MatMul(w);
            arena.BeginSum();
            y.Square().Sum().Backward();
            arena.FinishSum();
        }
        Step();
        using var graph = captured ? device.Capture(Step) : null;
        // Neither the first gradients nor those of the capture: the inputs are new, and differ between ranks.
        input.CopyFrom([.. Enumerable.Range(0, 3 * Width).Select(i => MathF.Sin(i + 20 * rank))]);
        if (graph is null) Step();
        else graph.Replay();
        float[][] gradients = [.. layers.Select(static l => l.Tensor.Grad!.ToArray())];
        Assert.That(gradients[0], Has.Some.Not.Zero);
        foreach (var (_, w) in layers) w.Dispose();
        return gradients;
    }

    static void OnCards(Action<int, Device, NcclCommunicator> body)
    {
        var fabric = new EmulatedFabric();
        using var host = new Host(Size);
        Ranks.Run(Size, rank =>
        {
            using var rig = new Rig(rank, Size, fabric);
            using var ranks = Rig.Alone(rig, host, rank, Size);
            body(rank, rig.Device, ranks);
        });
    }
}
