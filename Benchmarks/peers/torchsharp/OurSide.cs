using System.Reflection;
using FashionMnist;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Losses;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.Inception;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;
using Ssgan.Tests.Metrics.Networks;

namespace Ssgan.Benchmarks.Peers;

/// <summary>This project's engine: images are NHWC, filters (out, kh, kw, in), and there is one way of doing each item.</summary>
sealed class OurSide : ISide
{
    readonly Engine.Device _device;
    readonly Rng _random;
    readonly List<IDisposable> _owned = [];

    public OurSide(int threads)
    {
        _device = Engine.Device.Cpu(threads);
        _random = new Rng(_device, 1);
    }

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["Ssgan"] = typeof(Tensor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        ["dotnet"] = Environment.Version.ToString(),
    };

    public IReadOnlyList<string> Variants(Item item) => ["nhwc"];

    public Action Prepare(Item item, string variant) => item switch
    {
        StepItem step => Step(step),
        ConvolutionItem c => Convolution(c),
        ProductItem p => Product(p),
        RotationItem r => Rotate(r),
        SpectralNormItem s => Normalise(s),
        BatchNormItem b => BatchNorm(b),
        UpsampleItem u => Differentiate([Normal(u.Batch, u.Side, u.Side, u.Channels)], static x => x[0].Upsample2x()),
        AdamItem a => Update(a),
        CrossEntropyItem c => CrossEntropy(c),
        ClassifierItem c => Classify(c),
        InceptionItem i => Inception(i),
        _ => throw new ArgumentException($"There is no way here to do {item.Name}."),
    };

    /// <summary>Nothing: what this engine computes is proven by the project's tests.</summary>
    public string? Check() => null;

    public void Drop()
    {
        foreach (var thing in _owned) thing.Dispose();
        _owned.Clear();
        _device.Pool.Trim();
    }

    public void Dispose()
    {
        Drop();
        _random.Dispose();
        _device.Dispose();
    }

    T Own<T>(T thing) where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    Tensor Normal(params ReadOnlySpan<int> shape) => Own(_random.Normal(new Shape(shape)));

    Tensor Full(float value, params ReadOnlySpan<int> shape) => Own(_device.Full(new Shape(shape), value));

    Action Step(StepItem item)
    {
        // The peer's shortcuts see a block's input, not its ReLU.
        var options = new SsganOptions { ShortcutFromRelu = false };
        var step = Own(new SsganStep(_device, Architecture.For(32, item.Ngf, item.Ndf), options, new() { Seed = 1 }));
        // By the way that a run takes: bytes from a loader, which the peer's images need not come from.
        var images = Own(new RandomImages(32));
        var feed = Own(BatchFeed.Open(_device, images, new DataSettings(), item.Batch, new LoaderPosition(1), static _ => { }));
        var loop = Own(new GanLoop(step, feed, new() { Batch = item.Batch }));
        return () =>
        {
            if (item.Discriminator) loop.TrainDiscriminator();
            else loop.TrainGenerator();
            if (step.Stats.FirstNonFinite() is { } name)
                throw new InvalidOperationException($"{item.Name}: {name} is not finite.");
        };
    }

    Action Convolution(ConvolutionItem item)
    {
        var x = Normal(item.Batch, item.Side, item.Side, item.Channels);
        var w = Normal(item.Channels, 3, 3, item.Channels / item.Groups);
        var bias = Full(0, item.Channels);
        var spec = new ConvSpec(1, 1, groups: item.Groups);
        if (item.Backward) return Differentiate([x, w, bias], t => t[0].Conv2d(t[1], t[2], spec));
        return WithoutGradient(() => x.Conv2d(w, bias, spec));
    }

    Action Product(ProductItem item)
    {
        var (a, b) = (Normal(item.M, item.K), Normal(item.K, item.N));
        return WithoutGradient(() => a.MatMul(b));
    }

    Action Rotate(RotationItem item)
    {
        var x = Normal(item.Batch, item.Side, item.Side, item.Channels);
        int n = item.Batch;
        var turns = Own(_device.From([.. Enumerable.Range(0, n).Select(i => 4 * i / n)], new Shape(n)));
        return WithoutGradient(() => x.Rotate90(turns));
    }

    Action Normalise(SpectralNormItem item)
    {
        var w = Normal(item.Channels, item.Kernel, item.Kernel, item.Channels);
        var norm = Own(new SpectralNorm(_random, w));
        return WithoutGradient(() => norm.Take());
    }

    Action BatchNorm(BatchNormItem item)
    {
        Tensor runningMean = Full(0, item.Channels), runningVar = Full(1, item.Channels);
        var x = Normal(item.Batch, item.Side, item.Side, item.Channels);
        Tensor[] leaves = [x, Full(1, item.Channels), Full(0, item.Channels)];
        return Differentiate(leaves, t => t[0].BatchNorm(t[1], t[2], runningMean, runningVar, relu: true));
    }

    Action Update(AdamItem item)
    {
        var parameters = new NamedTensor[item.Count];
        for (int i = 0; i < parameters.Length; i++)
        {
            var p = Normal(item.Side, item.Side);
            p.RequiresGrad = true;
            // The gradient of Σ p·g is g.
            using (_device.Scope()) (p * _random.Normal(p.Shape)).Sum().Backward();
            parameters[i] = new($"p{i}", p);
        }
        return Own(new Adam(parameters, 2e-4f, 0, 0.9)).Step;
    }

    Action CrossEntropy(CrossEntropyItem item)
    {
        var logits = Normal(item.Batch, item.Classes);
        var labels = Own(_device.From([.. Enumerable.Range(0, item.Batch).Select(i => item.Classes * i / item.Batch)],
            new Shape(item.Batch)));
        if (item.Backward) return Differentiate([logits], t => t[0].SoftmaxCrossEntropy(labels).Mean());
        return WithoutGradient(() => logits.SoftmaxCrossEntropy(labels).Mean());
    }

    Action Classify(ClassifierItem item)
    {
        var network = Own(ResidualNetwork.Create(_random, item.Width));
        var sgd = Own(new Sgd(network.NamedParameters(), 0.1f, momentum: 0.9f, weightDecay: 5e-4f, nesterov: true));
        var images = Normal(item.Batch, 28, 28, 1);
        var labels = Own(_device.From([.. Enumerable.Range(0, item.Batch).Select(static i => i % 10)], new Shape(item.Batch)));
        return () =>
        {
            using var scope = _device.Scope();
            sgd.ZeroGrad();
            var loss = Loss.CrossEntropy(network.Forward(images), labels);
            loss.Backward();
            sgd.Step();
            if (!float.IsFinite(loss.Item())) throw new InvalidOperationException($"{item.Name}: the loss is no number.");
        };
    }

    Action Inception(InceptionItem item)
    {
        var network = Own(InceptionNetwork.Fill(_device, Formula.Fill, "", ImageResize.TensorFlow, item.Batch));
        var x = Own(_device.From(InceptionModels.Images(item.Batch, planes: false),
            new Shape(item.Batch, InceptionModels.Side, InceptionModels.Side, 3)));
        using (_device.Scope()) InceptionModels.Check(network.Forward(x).Features.ToArray());
        return WithoutGradient(() => network.Forward(x));
    }

    Action WithoutGradient(Action run) => () =>
    {
        using var scope = _device.Scope();
        using var noGrad = _device.NoGrad();
        run();
    };

    /// <summary>Forward, and the gradients of all leaves with a given output gradient: random, of a scalar 1.</summary>
    Action Differentiate(Tensor[] leaves, Func<Tensor[], Tensor> run)
    {
        foreach (var leaf in leaves) leaf.RequiresGrad = true;
        Tensor dy;
        using (_device.Scope())
        using (_device.NoGrad())
        {
            var shape = run(leaves).Shape;
            dy = Own((shape.Rank == 0 ? _device.Scalar(1) : _random.Normal(shape)).Own());
        }
        Tensor[] upstream = [dy];
        return () =>
        {
            using var scope = _device.Scope();
            Autograd.Grad([run(leaves)], leaves, upstream);
        };
    }
}
