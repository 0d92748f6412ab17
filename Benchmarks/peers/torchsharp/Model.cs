// SSGAN networks for 32x32 images (NCHW, float32), as a TorchSharp user would write them.
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Ssgan.Benchmarks.Peers;

/// <summary>Memory format helpers: TorchSharp has no memory_format argument, so channels_last is made by strides.</summary>
static class Layout
{
    public static Tensor To(Tensor x, bool channelsLast) =>
        channelsLast ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x.contiguous();

    public static bool IsChannelsLast(Tensor x)
    {
        var (c, w, s) = (x.shape[1], x.shape[3], x.stride());
        return s[1] == 1 && s[3] == c && s[2] == c * w;
    }
}

static class Ops
{
    public static Tensor Up2(Tensor x) =>
        F.interpolate(x, scale_factor: [2.0, 2.0], mode: InterpolationMode.Bilinear, align_corners: false);

    /// <summary>Quarter k of the batch turned by k * 90 degrees; the labels are 0,0,..,1,1,..,2,..,3.</summary>
    public static Tensor RotateQuarters(Tensor x)
    {
        var q = x.shape[0] / 4;
        return cat([
            x.narrow(0, 0, q),
            x.narrow(0, q, q).transpose(2, 3).flip(2),
            x.narrow(0, 2 * q, q).flip(2, 3),
            x.narrow(0, 3 * q, q).transpose(2, 3).flip(3)], 0);
    }

    public static Tensor QuarterLabels(long n) => arange(4, dtype: ScalarType.Int64).repeat_interleave(n / 4);

    /// <summary>One power iteration (no grad), then W / (u^T W v) with grad; updates u and v in place.</summary>
    public static Tensor SpectralNorm(Tensor weight, Tensor u, Tensor v)
    {
        var w = weight.reshape(weight.shape[0], -1);
        Tensor u1, v1;
        using (no_grad())
        {
            v1 = F.normalize(w.t().mv(u), dim: 0);
            u1 = F.normalize(w.mv(v1), dim: 0);
            u.copy_(u1);
            v.copy_(v1);
        }
        return weight / torch.dot(u1, w.mv(v1));
    }
}

/// <summary>Convolution (stride 1, same size) or linear layer, with optional spectral normalisation.</summary>
sealed class Affine : Module<Tensor, Tensor>
{
    readonly Parameter weight, bias;
    readonly Tensor? u, v;
    readonly long pad;

    public Affine(long cin, long cout, int kernel, double gain, bool spectral, bool channelsLast) : base("affine")
    {
        pad = kernel / 2;
        using var temporaries = NewDisposeScope();
        var w = kernel == 0 ? empty(cout, cin) : empty(cout, cin, kernel, kernel);
        using (no_grad()) init.xavier_uniform_(w, gain);
        // A spectrally normalised weight stays contiguous: it is viewed as (out, -1) in every forward.
        if (kernel > 0 && channelsLast && !spectral) w = Layout.To(w, true);
        weight = Parameter(w);
        bias = Parameter(zeros(cout));
        if (spectral)
        {
            u = F.normalize(randn(cout), dim: 0);
            v = F.normalize(randn(weight.numel() / cout), dim: 0);
        }
        RegisterComponents();
        temporaries.MoveToOuter(weight, bias);
        if (spectral) temporaries.MoveToOuter(u!, v!);
    }

    public override Tensor forward(Tensor x)
    {
        var w = u is null ? weight : Ops.SpectralNorm(weight, u, v!);
        return weight.dim() == 2 ? F.linear(x, w, bias) : F.conv2d(x, w, bias, padding: [pad, pad]);
    }
}

sealed class GBlock : Module<Tensor, Tensor>
{
    readonly BatchNorm2d b1, b2;
    readonly Affine c1, c2, sc;

    public GBlock(long cin, long cout, bool cl) : base("gblock")
    {
        b1 = BatchNorm2d(cin);
        b2 = BatchNorm2d(cout);
        c1 = new(cin, cout, 3, Math.Sqrt(2), false, cl);
        c2 = new(cout, cout, 3, Math.Sqrt(2), false, cl);
        sc = new(cin, cout, 1, 1, false, cl);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var h = c1.call(Ops.Up2(F.relu(b1.call(x))));
        h = c2.call(F.relu(b2.call(h)));
        return h + sc.call(Ops.Up2(x));
    }
}

sealed class Generator : Module<Tensor, Tensor>
{
    public const long Nz = 128;
    readonly long ngf;
    readonly bool cl;
    readonly Affine l1, c5;
    readonly GBlock block2, block3, block4;
    readonly BatchNorm2d b5;

    public Generator(long ngf, bool channelsLast) : base("generator")
    {
        this.ngf = ngf;
        cl = channelsLast;
        l1 = new(Nz, 16 * ngf, 0, 1, false, cl);
        block2 = new(ngf, ngf, cl);
        block3 = new(ngf, ngf, cl);
        block4 = new(ngf, ngf, cl);
        b5 = BatchNorm2d(ngf);
        c5 = new(ngf, 3, 3, 1, false, cl);
        RegisterComponents();
    }

    public override Tensor forward(Tensor z)
    {
        var h = Layout.To(l1.call(z).view(-1, ngf, 4, 4), cl);
        h = block4.call(block3.call(block2.call(h)));
        return tanh(c5.call(F.relu(b5.call(h))));
    }
}

sealed class DBlock : Module<Tensor, Tensor>
{
    readonly Affine c1, c2;
    readonly Affine? sc;
    readonly bool first, down;

    /// <param name="first">The optimised first block: no leading ReLU, and the shortcut pools before its 1x1 conv.</param>
    public DBlock(long cin, long cout, bool down, bool first, bool cl) : base("dblock")
    {
        (this.first, this.down) = (first, down);
        c1 = new(cin, cout, 3, Math.Sqrt(2), true, cl);
        c2 = new(cout, cout, 3, Math.Sqrt(2), true, cl);
        if (down) sc = new(cin, cout, 1, 1, true, cl);
        RegisterComponents();
    }

    static Tensor Pool(Tensor x) => F.avg_pool2d(x, 2);

    public override Tensor forward(Tensor x)
    {
        var h = c2.call(F.relu(c1.call(first ? x : F.relu(x))));
        if (!down) return h + x;
        return Pool(h) + (first ? sc!.call(Pool(x)) : Pool(sc!.call(x)));
    }
}

sealed class Discriminator : Module<Tensor, (Tensor gan, Tensor rot)>
{
    readonly DBlock block1, block2, block3, block4;
    readonly Affine gan, rot;

    public Discriminator(long ndf, bool cl) : base("discriminator")
    {
        block1 = new(3, ndf, true, true, cl);
        block2 = new(ndf, ndf, true, false, cl);
        block3 = new(ndf, ndf, false, false, cl);
        block4 = new(ndf, ndf, false, false, cl);
        gan = new(ndf, 1, 0, 1, true, cl);
        rot = new(ndf, 4, 0, 1, true, cl);
        RegisterComponents();
    }

    public override (Tensor gan, Tensor rot) forward(Tensor x)
    {
        var h = F.relu(block4.call(block3.call(block2.call(block1.call(x)))));
        var s = h.sum(2, 3);
        return (gan.call(s), rot.call(s));
    }
}

/// <summary>Both networks, their optimisers and the two training steps. Lives in the caller's DisposeScope.</summary>
sealed class TorchGan : IDisposable
{
    public readonly Generator G;
    public readonly Discriminator D;
    readonly Adam optG, optD;
    readonly Parameter[] dParams;
    readonly Tensor labels;
    readonly long batch;
    readonly bool cl;

    /// <summary>A fixed batch of noise images stands for the real ones: the work does not depend on their content.</summary>
    public readonly Tensor Real;

    public TorchGan(long batch, long ngf, long ndf, bool channelsLast, long seed = 1)
    {
        manual_seed(seed);
        this.batch = batch;
        cl = channelsLast;
        G = new(ngf, cl);
        D = new(ndf, cl);
        dParams = D.parameters().ToArray();
        optG = optim.Adam(G.parameters(), lr: 2e-4, beta1: 0.0, beta2: 0.9);
        optD = optim.Adam(dParams, lr: 2e-4, beta1: 0.0, beta2: 0.9);
        Real = Layout.To(rand(batch, 3, 32, 32) * 2 - 1, cl);
        labels = Ops.QuarterLabels(batch);
    }

    Tensor RotLoss(Tensor images) =>
        F.cross_entropy(D.call(Layout.To(Ops.RotateQuarters(images), cl)).rot, labels);

    public float DStep()
    {
        using var s = NewDisposeScope();
        Tensor fakes;
        using (no_grad()) fakes = G.call(randn(batch, Generator.Nz));
        optD.zero_grad();
        var real = D.call(Real).gan;
        var fake = D.call(fakes).gan;
        var loss = F.relu(1 - real).mean() + F.relu(1 + fake).mean() + RotLoss(Real);
        loss.backward();
        optD.step();
        return loss.item<float>();
    }

    public float GStep()
    {
        using var s = NewDisposeScope();
        foreach (var p in dParams) p.requires_grad = false;
        optG.zero_grad();
        var fakes = G.call(randn(batch, Generator.Nz));
        var loss = -D.call(fakes).gan.mean() + 0.2 * RotLoss(fakes);
        loss.backward();
        optG.step();
        foreach (var p in dParams) p.requires_grad = true;
        return loss.item<float>();
    }

    public void Dispose()
    {
        optG.Dispose();
        optD.Dispose();
    }
}
