using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

/// <summary>A part or a tensor that is registered twice is one, as in PyTorch's named_parameters.</summary>
sealed class SharedModuleTests
{
    /// <summary>A tensor under two names, a buffer too, and a layer under two.</summary>
    sealed class Tied : Module
    {
        public Tied(Device device, int seed = 1)
        {
            var random = new Rng(device, (ulong)seed);
            First = Parameter("first", device.Leaf(seed, 2, 3));
            Parameter("again", First);
            Mean = Buffer("mean", device.Of(3));
            Buffer("mean2", Mean);
            // A parameter is saved as one.
            Buffer("copy", First);
            Layer = Child("encode", new Linear(random, 3, 2, spectral: true));
            Child("decode", Layer);
            random.Dispose();
        }

        public Tensor First { get; }

        public Tensor Mean { get; }

        public Linear Layer { get; }

        public T Add<T>(string name, T part) where T : Module => Child(name, part);
    }

    [Test]
    public void It_is_listed_and_counted_once_under_its_first_name()
    {
        using var device = Device.Cpu(1);
        using var tied = new Tied(device);
        Assert.That(tied.NamedParameters().Select(p => p.Name), Is.EqualTo(new[] { "first", "encode.weight", "encode.bias" }));
        Assert.That(tied.NamedBuffers().Select(b => b.Name),
            Is.EqualTo(new[] { "mean", "encode.spectral.u", "encode.spectral.v" }));
        Assert.That(tied.Parameters, Is.EqualTo(new[] { tied.First, tied.Layer.Weight, tied.Layer.Bias }));
        Assert.That(tied.ParameterCount, Is.EqualTo(6 + 6 + 2));
        Assert.That(tied.SharedNames().Select(s => s.Name),
            Is.EqualTo(new[]
            {
                "again", "decode.weight", "decode.bias", "mean2", "copy", "decode.spectral.u", "decode.spectral.v",
            }));
        Assert.That(tied.SharedNames().First().Tensor, Is.SameAs(tied.First));
        Assert.That(tied.Layer.SharedNames(), Is.Empty);
    }

    [Test]
    public void It_is_one_of_the_modules()
    {
        using var device = Device.Cpu(1);
        using var tied = new Tied(device);
        Assert.That(tied.Modules(), Is.EqualTo(new Module[] { tied, tied.Layer, tied.Layer.Spectral! }));
    }

    [Test]
    public void It_freezes_switches_and_ends_once()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        var tied = new Tied(device);
        using (tied.Frozen()) Assert.That(tied.Parameters.Select(p => p.RequiresGrad), Has.All.False);
        Assert.That(tied.Parameters.Select(p => p.RequiresGrad), Has.All.True);
        tied.Eval();
        Assert.That(tied.Layer.Training, Is.False);
        tied.Train();
        Assert.That(tied.Layer.Training, Is.True);
        tied.Dispose();
        tied.Dispose();
    }

    [Test]
    public void A_part_does_not_hold_the_whole()
    {
        using var device = Device.Cpu(1);
        using var outer = new Tied(device);
        var inner = outer.Add("inner", new Tied(device));
        Assert.That(() => inner.Add("back", outer), 
            Throws.ArgumentException.With.Message.Contains("\"back\"").And.Message.Contains("part of itself"));
        Assert.That(() => inner.Add("self", inner), Throws.ArgumentException);
        Assert.That(outer.NamedParameters().Count(), Is.EqualTo(6));
    }

    [Test]
    public void Optimizers_move_it_once()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (shared, plain) = (device.Leaf(1, 5), device.Leaf(1, 5));
        // As two networks with one table between them would give them.
        using var sgd = new Sgd([("a", shared), ("b", shared)], 0.1f, 0.5f);
        using var reference = new Sgd([("a", plain)], 0.1f, 0.5f);
        using var adam = new Adam([("a", shared), ("b", shared)]);
        using var single = new Adam([("a", plain)]);
        Assert.That(adam.NamedState.Select(s => s.Name), Is.EqualTo(single.NamedState.Select(s => s.Name)));
        for (int i = 0; i < 3; i++)
        {
            foreach (var p in new[] { shared, plain })
            {
                p.ZeroGrad();
                p.Square().Sum().Backward();
            }
            Assert.That(sgd.GradientNorm().Item(), Is.EqualTo(reference.GradientNorm().Item()));
            foreach (Optimizer o in new Optimizer[] { sgd, reference, adam, single }) o.Step();
            Assert.That(shared.ToArray(), Is.EqualTo(plain.ToArray()));
        }
    }

    [Test]
    public void An_average_of_it_moves_once()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var source = new Tied(device, 1);
        using var average = new Tied(device, 2);
        var ema = new Ema(source, average, 0.9f);
        float[] before = source.First.ToArray();
        source.First.CopyFrom<float>([.. before.Select(static x => x + 1)]);
        source.Mean.CopyFrom<float>([1, 2, 3]);
        ema.Update();
        Near.All(average.First.ToArray(), [.. before.Select(static x => x + 0.1)], 1e-6);
        Assert.That(average.Mean.ToArray(), Is.EqualTo(new[] { 1f, 2, 3 }));
        using var adam = new Adam(source.NamedParameters(), average: ema);
        source.First.Square().Sum().Backward();
        adam.Step();
    }

    [Test]
    public void A_norm_that_is_prepared_twice_iterates_once()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var one = new Tied(device);
        using var two = new Tied(device);
        SpectralNorm.Prepare([one.Layer.Spectral!]);
        SpectralNorm.Prepare([two.Layer.Spectral!, two.Layer.Spectral!]);
        Assert.That(two.Layer.Spectral!.U.ToArray(), Is.EqualTo(one.Layer.Spectral!.U.ToArray()));
        Assert.That(two.Layer.Spectral.Take().ToArray(), Is.EqualTo(one.Layer.Spectral.Take().ToArray()));
    }
}
