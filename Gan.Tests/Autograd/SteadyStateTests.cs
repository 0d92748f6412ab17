using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

/// <summary>Many steps of a whole algorithm: memory is flat, and a seed says everything.</summary>
sealed class SteadyStateTests
{
    const int Steps = 1000;

    /// <summary>Every kind of layer of the published networks, on images so small that a step takes milliseconds.</summary>
    static readonly Architecture Tiny = new()
    {
        Size = 8, Latent = 5, StartSize = 4, StartChannels = 3, GeneratorBlocks = [2],
        DiscriminatorBlocks = [new(2, true), new(3, true), new(3, false)], LogitsName = "l4",
    };

    static SsganStep Small(Device device, ulong seed) =>
        new(device, Tiny, new(), new() { EmaDecay = 0.5f, Seed = seed });

    static void One(SsganStep step, float[] images)
    {
        using (step.Device.Scope()) step.TrainDiscriminator(RealBatch.Of(step.Device.From(images, new Shape(2, 8, 8, 3))));
        step.TrainGenerator(2);
    }

    static float[] Images(int seed) => [.. Make.Numbers(2 * 8 * 8 * 3, seed).Select(x => x / 2)];

    [Test]
    public void A_thousand_steps_end_with_the_memory_they_began_with()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var step = Small(device, 1);
        float[] images = Images(1);
        (long Bytes, int Blocks) after2 = default;
        long allocations = 0, managed = 0;
        for (int i = 1; i <= Steps; i++)
        {
            One(step, images);
            if (i == 2) after2 = (device.Pool.LiveBytes, device.Pool.LiveBlocks);
            if (i == 3) allocations = device.Pool.DeviceAllocations;
            if (i == Steps / 2) managed = GC.GetAllocatedBytesForCurrentThread();
        }
        long perStep = (GC.GetAllocatedBytesForCurrentThread() - managed) / (Steps - Steps / 2);
        Assert.That((device.Pool.LiveBytes, device.Pool.LiveBlocks), Is.EqualTo(after2));
        Assert.That(device.Pool.DeviceAllocations, Is.EqualTo(allocations));
        // Handles and graph nodes only: 315 kB, some 300 bytes for each of a step's thousand operations.
        Assert.That(perStep, Is.LessThan(400_000));
        Assert.That(step.Stats.FirstNonFinite(), Is.Null);
    }

    [Test]
    public void A_seed_decides_every_bit()
    {
        float[][] first = Run(5);
        Assert.That(Run(5), Is.EqualTo(first));
        Assert.That(Run(6)[0], Is.Not.EqualTo(first[0]));
    }

    /// <summary>
    /// Every sum is taken in an order that the shapes alone decide; layers wide enough that the loops do split.
    /// </summary>
    [Test]
    public void The_number_of_threads_does_not_matter()
    {
        float[][] one = Run(1), two = Run(2);
        for (int i = 0; i < one.Length; i++) Assert.That(one[i].AsSpan().SequenceEqual(two[i]), $"tensor {i}");

        static float[][] Run(int threads)
        {
            using var device = Device.Cpu(threads);
            using var step = new SsganStep(device, Architecture.For(32, 24, 24), new(), new() { Seed = 5 });
            using (device.Scope())
                step.TrainDiscriminator(RealBatch.Of(device.From(Make.Numbers(5 * 32 * 32 * 3, 1), new Shape(5, 32, 32, 3))));
            step.TrainGenerator(5);
            return Values(step);
        }
    }

    static float[][] Run(ulong seed)
    {
        using var device = Device.Cpu(1);
        using var step = Small(device, seed);
        for (int i = 0; i < 3; i++) One(step, Images(i));
        return Values(step);
    }

    static float[][] Values(SsganStep step)
    {
        return [.. step.Networks.SelectMany(n => n.Module.Parameters.Concat(n.Module.NamedBuffers().Select(b => b.Tensor)))
            .Select(t => t.ToArray())];
    }
}
