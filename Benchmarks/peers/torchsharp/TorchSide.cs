using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Ssgan.Benchmarks.Peers;

/// <summary>TorchSharp: images in both layouts, products with and without a given result.</summary>
sealed class TorchSide : ISide
{
    const string ChannelsLast = "channels_last";
    readonly List<IDisposable> _owned = [];
    DisposeScope? _scope;

    public TorchSide(int threads)
    {
        NativeFix.Apply();
        set_num_threads(threads);
    }

    // Not before the constructor: the first use of torch loads it.
    public IReadOnlyDictionary<string, string> Versions => new Dictionary<string, string>
    {
        ["TorchSharp"] = typeof(torch)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        ["libtorch"] = torch.__version__,
        ["ONNX Runtime"] = OrtEnv.Instance().GetVersionString(),
        ["dotnet"] = Environment.Version.ToString(),
    };

    public IReadOnlyList<string> Variants(Item item) => item switch
    {
        InceptionItem { Onnx: true } => ["onnxruntime"],
        StepItem or ConvolutionItem or BatchNormItem or UpsampleItem or ClassifierItem or InceptionItem => ["nchw", ChannelsLast],
        ProductItem => ["mm", "preallocated"],
        _ => ["torch"],
    };

    public Action Prepare(Item item, string variant)
    {
        _scope ??= NewDisposeScope();
        manual_seed(1);
        bool last = variant == ChannelsLast;
        return item switch
        {
            StepItem step => Step(step, last),
            ConvolutionItem c => Convolution(c, last),
            ProductItem p => Product(p, variant),
            RotationItem r => Rotate(r),
            SpectralNormItem s => Normalise(s),
            BatchNormItem b => BatchNorm(b, last),
            UpsampleItem u => Differentiate(Image(u.Batch, u.Channels, u.Side, last), last, [], (x, _) => Ops.Up2(x)),
            AdamItem a => Update(a),
            CrossEntropyItem c => CrossEntropy(c),
            ClassifierItem c => Own(new TorchClassifier(c.Batch, c.Width, last)).Step,
            InceptionItem { Onnx: true } i => Own(new OnnxInception(i.Batch, get_num_threads())).Run,
            InceptionItem i => Inception(i, last),
            _ => throw new ArgumentException($"There is no way here to do {item.Name}."),
        };
    }

    public string? Check() => Checks.Run();

    public void Drop()
    {
        foreach (var thing in _owned) thing.Dispose();
        _owned.Clear();
        _scope?.Dispose();
        _scope = null;
    }

    public void Dispose() => Drop();

    static Tensor Image(long n, long c, long side, bool last) => Layout.To(randn(n, c, side, side), last);

    Action Step(StepItem item, bool last)
    {
        var gan = new TorchGan(item.Batch, item.Ngf, item.Ndf, last);
        _owned.Add(gan);
        return () =>
        {
            float loss = item.Discriminator ? gan.DStep() : gan.GStep();
            if (!float.IsFinite(loss)) throw new InvalidOperationException($"{item.Name}: the loss is {loss}.");
        };
    }

    static Action Convolution(ConvolutionItem item, bool last)
    {
        long c = item.Channels, groups = item.Groups;
        var (x, w, b) = (Image(item.Batch, c, item.Side, last), Layout.To(randn(c, c / groups, 3, 3) * 0.02, last), zeros(c));
        return item.Backward ? Differentiate(x, last, [w, b], (x, p) => Run(x, p[0], p[1])) : WithoutGradient(() => Run(x, w, b));

        Tensor Run(Tensor x, Tensor w, Tensor b) => F.conv2d(x, w, b, padding: [1L, 1L], groups: groups);
    }

    static Action Product(ProductItem item, string variant)
    {
        var (a, b) = (randn(item.M, item.K), randn(item.K, item.N));
        if (variant == "mm") return () => mm(a, b).Dispose();
        var c = zeros(item.M, item.N);
        return () => c.addmm_(a, b, 0, 1);
    }

    static Action Rotate(RotationItem item)
    {
        var x = randn(item.Batch, item.Channels, item.Side, item.Side);
        return WithoutGradient(() => Ops.RotateQuarters(x));
    }

    static Action Normalise(SpectralNormItem item)
    {
        long c = item.Channels, k = item.Kernel;
        var (w, u, v) = (randn(c, c, k, k), F.normalize(randn(c), dim: 0), F.normalize(randn(c * k * k), dim: 0));
        return WithoutGradient(() => Ops.SpectralNorm(w, u, v));
    }

    static Action BatchNorm(BatchNormItem item, bool last)
    {
        long c = item.Channels;
        var (mean, variance) = (zeros(c), ones(c));
        return Differentiate(Image(item.Batch, c, item.Side, last), last, [ones(c), zeros(c)],
            (x, p) => F.relu(F.batch_norm(x, mean, variance, p[0], p[1], training: true)));
    }

    Action Update(AdamItem item)
    {
        var parameters = Enumerable.Range(0, item.Count).Select(_ => Parameter(randn(item.Side, item.Side))).ToArray();
        foreach (var p in parameters) p.grad = randn(item.Side, item.Side);
        var adam = optim.Adam(parameters, lr: 2e-4, beta1: 0.0, beta2: 0.9);
        _owned.Add(adam);
        return () => adam.step();
    }

    static Action CrossEntropy(CrossEntropyItem item)
    {
        var x = randn(item.Batch, item.Classes);
        var labels = arange(item.Classes, dtype: ScalarType.Int64).repeat_interleave(item.Batch / item.Classes);
        if (item.Backward) return Differentiate(x, false, [], (x, _) => F.cross_entropy(x, labels));
        return WithoutGradient(() => F.cross_entropy(x, labels));
    }

    Action Inception(InceptionItem item, bool last)
    {
        string layout = last ? ChannelsLast : "nchw";
        var network = Own(jit.load<Tensor, Tensor>(InceptionModels.Path($"inception_{layout}.pt")));
        float[] values = InceptionModels.Images(item.Batch, planes: true);
        var x = Layout.To(tensor(values, [item.Batch, 3, InceptionModels.Side, InceptionModels.Side]), last);
        WithoutGradient(() => InceptionModels.Check(network.forward(x)[0].data<float>().ToArray()))();
        return WithoutGradient(() => network.forward(x));
    }

    T Own<T>(T thing) where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    static Action WithoutGradient(Action run) => () =>
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        run();
    };

    /// <summary>
    /// Forward, and the gradients of the input and the parameters with a given output gradient: random, of a scalar 1.
    /// </summary>
    static Action Differentiate(Tensor x, bool last, Tensor[] parameters, Func<Tensor, Tensor[], Tensor> run)
    {
        Tensor[] leaves = [x, .. parameters];
        foreach (var leaf in leaves) leaf.requires_grad = true;
        Tensor dy;
        using (no_grad())
        {
            var y = run(x, parameters);
            dy = y.dim() == 4 ? Layout.To(randn_like(y), last) : ones_like(y);
        }
        Tensor[] upstream = [dy];
        return () =>
        {
            using var scope = NewDisposeScope();
            autograd.grad([run(x, parameters)], leaves, upstream);
        };
    }
}
