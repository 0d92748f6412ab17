using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Models;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// What works on all arrays of a network at once: how many launches it takes, and that the blocks' order changes no bit.
/// </summary>
sealed class NetworkLaunchTests
{
    static readonly (int Rows, int Columns)[] s_layers = [(8, 27), (64, 288), (64, 288), (8, 3), (96, 100), (1, 32), (4, 32)];

    /// <summary>An emulated card, a backend on it, and arrays that go with it.</summary>
    sealed class Card : IDisposable
    {
        readonly List<TensorView> _views = [];
        readonly Random _random = new(5);

        public Card(int? seed = null)
        {
            Cuda = new EmulatedCuda(new EmulatorOptions { Seed = seed, Multiprocessors = 16 });
            Backend = new CudaBackend(Cuda);
        }

        public EmulatedCuda Cuda { get; }

        public CudaBackend Backend { get; }

        public TensorView New(Shape shape, DType type = DType.F32)
        {
            var view = new TensorView(Backend.Allocate(shape.Count * type.Size()), shape, type);
            _views.Add(view);
            return view;
        }

        public TensorView Of(Shape shape, Func<Random, float> draw)
        {
            var view = New(shape);
            Backend.Upload(
                MemoryMarshal.AsBytes<float>(Enumerable.Range(0, (int)shape.Count).Select(_ => draw(_random)).ToArray()), view);
            return view;
        }

        public TensorView Random(params ReadOnlySpan<int> dims) => Of(new Shape(dims), static r => r.NextSingle() - 0.5f);

        public TensorView Ints(params int[] values)
        {
            var view = New(new Shape(values.Length), DType.I32);
            Backend.Upload(MemoryMarshal.AsBytes<int>(values), view);
            return view;
        }

        public T[] Read<T>(TensorView view) where T : unmanaged
        {
            var values = new T[view.Count];
            Backend.Download(view, MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        public SpectralLayer[] Layers() =>
            [.. s_layers.Select(s => new SpectralLayer(Random(s.Rows, s.Columns), Random(s.Rows), Random(s.Columns), New(new(1)),
                New(new(s.Rows, s.Columns))))];

        public (long Launches, long Cooperative) Count(Action call)
        {
            long launches = Cuda.Calls("cuLaunchKernel"), cooperative = Cuda.Calls("cuLaunchCooperativeKernel");
            call();
            return (Cuda.Calls("cuLaunchKernel") - launches, Cuda.Calls("cuLaunchCooperativeKernel") - cooperative);
        }

        public void Dispose()
        {
            foreach (var view in _views) Backend.Free(view.Address, view.Bytes);
            Backend.Dispose();
            Assert.That(Cuda.Leaks(), Is.Empty);
            Cuda.Dispose();
        }
    }

    [Test]
    public void A_network_takes_one_launch()
    {
        using var card = new Card();
        var layers = card.Layers();
        TensorView[] gradients = [.. layers.Select(static l => l.Normalized)], weights = [.. layers.Select(static l => l.W)];
        TensorView rate = card.Random(1), norm = card.New(new(1)), loss = card.New(new(1)), real = card.Random(70, 1),
            fake = card.Random(64, 1);
        AdamSlot[] slots = [.. layers.Select(l => new AdamSlot(l.W, l.Normalized, card.Random(l.W.Shape[0], l.W.Shape[1]),
            card.Of(l.W.Shape, static r => r.NextSingle()), card.Ints(0)))];
        var backend = card.Backend;
        Assert.That(card.Count(() => backend.SpectralNormForward(layers, 1, 1e-12f)), Is.EqualTo((0, 1)));
        Assert.That(card.Count(() => backend.SpectralNormBackward(layers, gradients, weights)), Is.EqualTo((0, 1)));
        Assert.That(card.Count(() => backend.GradientNorm(gradients, norm)), Is.EqualTo((1, 0)));
        Assert.That(card.Count(() => backend.Adam(slots, rate, new AdamSpec(0, 0.9, 1e-8))), Is.EqualTo((1, 0)));
        Assert.That(card.Count(() => backend.HingeDiscriminator(real, fake, loss)), Is.EqualTo((1, 0)));
        Assert.That(card.Count(() => backend.HingeDiscriminatorBackward(real, fake, loss, real, fake)), Is.EqualTo((1, 0)));
    }

    /// <summary>Convolutions follow the images' type and heads are F32, but all weights are normalised at once.</summary>
    [Test]
    public void So_does_a_discriminator_for_weights_of_two_types([Values(DType.F32, DType.BF16)] DType compute)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { Multiprocessors = 16 });
        using var device = new Device(new CudaBackend(cuda));
        using var random = new Rng(device, 3);
        using var network = new ResNetDiscriminator(random, Gan.Models.Architecture.For(32, 8, 8), new() { Compute = compute });
        using var scope = device.Scope();
        var images = random.Normal([2, 32, 32, 3]);
        long before = cuda.Calls("cuLaunchCooperativeKernel");
        var (logits, rotation) = network.Forward(images);
        Assert.That(cuda.Calls("cuLaunchCooperativeKernel") - before, Is.EqualTo(1));
        Assert.That((logits.Type, rotation!.Type), Is.EqualTo((DType.F32, DType.F32)));
    }

    [Test]
    public void Many_launches_advance_each_step_once()
    {
        using var card = new Card();
        // The last has no elements: alone or not, its step counts.
        const int Last = 132;
        AdamSlot[] slots = [.. Enumerable.Range(0, Last + 1).Select(i =>
        {
            int n = i < Last ? 1 : 0;
            return new AdamSlot(card.Random(n), card.Random(n), card.Random(n), card.Of(new(n), static r => r.NextSingle()),
                card.Ints(3 * i));
        })];
        var rate = card.Random(1);
        Assert.That(card.Count(() => card.Backend.Adam(slots, rate, new AdamSpec(0, 0.9, 1e-8))), Is.EqualTo((3, 0)));
        Assert.That(slots.Select(s => card.Read<int>(s.Step)[0]),
            Is.EqualTo(Enumerable.Range(0, Last + 1).Select(static i => 3 * i + 1)));
    }

    [Test]
    public void The_order_of_blocks_and_warps_changes_no_bit()
    {
        Assert.That(Run(1), Is.EqualTo(Run(2)));
        Assert.That(Run(3), Is.EqualTo(Run(2)));

        static float[] Run(int seed)
        {
            using var card = new Card(seed);
            var layers = card.Layers();
            TensorView[] dn = [.. s_layers.Select(s => card.Random(s.Rows, s.Columns))],
                dw = [.. s_layers.Select(s => card.Random(s.Rows, s.Columns))];
            TensorView norm = card.New(new(1)), loss = card.New(new(1));
            card.Backend.SpectralNormForward(layers, 2, 1e-12f);
            card.Backend.SpectralNormBackward(layers, dn, dw);
            card.Backend.GradientNorm([.. dw, card.Random(40000)], norm);
            card.Backend.HingeDiscriminator(card.Random(700, 1), card.Random(300, 1), loss);
            return [.. layers.SelectMany(l => new[] { l.U, l.V, l.Sigma, l.Normalized }).Concat(dw).Append(norm).Append(loss)
                .SelectMany(card.Read<float>)];
        }
    }

    [Test]
    public void A_label_without_a_class_gives_NaN_and_reads_nothing_outside()
    {
        using var card = new Card();
        TensorView x = card.Random(3, 4), labels = card.Ints(4, -1, 2), loss = card.New(new(3)),
            correct = card.New(new(3)), dx = card.New(new(3, 4));
        card.Backend.SoftmaxCrossEntropy(x, labels, loss, correct);
        card.Backend.SoftmaxCrossEntropyBackward(x, labels, card.Random(3), dx);
        Assert.That(Array.ConvertAll(card.Read<float>(loss), float.IsNaN), Is.EqualTo(new[] { true, true, false }));
        Assert.That(card.Read<float>(correct)[..2], Is.All.Zero);
        Assert.That(card.Read<float>(dx)[..8], Is.All.NaN);
        Assert.That(card.Read<float>(dx)[8..], Has.None.NaN);
    }
}
