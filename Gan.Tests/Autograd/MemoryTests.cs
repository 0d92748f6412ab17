using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class MemoryTests
{
    const int Layers = 20, Width = 256 * 64;
    const long Layer = Width * sizeof(float);

    [Test]
    public void Memory_falls_while_backward_runs()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var weights = Enumerable.Range(0, Layers).Select(i => device.Leaf(i, Width)).ToArray();
        long before = device.Pool.LiveBytes;
        var loss = Chain(device, weights);
        long saved = device.Pool.LiveBytes - before;
        Assert.That(saved / Layer, Is.InRange(Layers - 1, Layers + 1), "Forward keeps one activation per layer.");
        device.Pool.ResetPeak();
        loss.Backward();
        // Each layer adds a weight's gradient and frees an activation: without the freeing the peak would be twice
        // what forward kept.
        Assert.That(device.Pool.PeakBytes - before, Is.LessThan(saved + 6 * Layer));
        Assert.That((device.Pool.LiveBytes - before) / Layer, Is.EqualTo(Layers), "Only the weights' gradients are left.");
    }

    [Test]
    public void A_retained_graph_keeps_what_it_needs_until_the_scope_ends()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        var weights = Enumerable.Range(0, Layers).Select(i => device.Leaf(i, Width)).ToArray();
        long before = device.Pool.LiveBytes;
        var loss = Chain(device, weights);
        loss.Backward(retainGraph: true);
        Assert.That((device.Pool.LiveBytes - before) / Layer, Is.GreaterThanOrEqualTo(2 * Layers - 1));
        loss.Backward();
        Assert.That((device.Pool.LiveBytes - before) / Layer, Is.EqualTo(Layers));
    }

    [Test]
    public void Blocks_are_reused_from_step_to_step()
    {
        using var device = Device.Cpu(1);
        long allocations = 0;
        for (int i = 0; i < 10; i++)
        {
            using var scope = device.Scope();
            var x = device.Leaf(i, 4, 5);
            (x.Exp() * x).Sum().Backward();
            if (i == 1) allocations = device.Pool.DeviceAllocations;
        }
        Assert.That(device.Pool.DeviceAllocations, Is.EqualTo(allocations));
        Assert.That(device.Pool.LiveBlocks, Is.Zero);
        Assert.That(device.Pool.CachedBytes, Is.Positive);
        device.Pool.Trim();
        Assert.That(device.Pool.CachedBytes, Is.Zero);
    }

    /// <summary>Σ x₀·w₁·w₂·…, whose intermediate results only the graph holds.</summary>
    static Tensor Chain(Device device, Tensor[] weights)
    {
        using var inner = device.Scope();
        var y = device.Full(weights[0].Shape, 1.5f);
        foreach (var w in weights) y *= w;
        return y.Sum().Keep();
    }
}
