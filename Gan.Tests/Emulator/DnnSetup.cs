using Ssgan.Engine.Kernels;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

/// <summary>cuDNN descriptors and arrays of a convolution in a test, and the convolution by naive loops in double.</summary>
sealed unsafe class DnnSetup
{
    public const int Float = 0, BF16 = 9, Nchw = 0, Nhwc = 1, Convolution = 0, CrossCorrelation = 1;
    readonly Machine _m;

    public DnnSetup(Machine m)
    {
        _m = m;
        nint handle = 0;
        m.Ok("cudnnCreate", Out(ref handle));
        Handle = handle;
    }

    public nint Handle { get; }
    public int N { get; init; } = 2;
    public int C { get; init; } = 4;
    public int H { get; init; } = 5;
    public int W { get; init; } = 6;
    public int K { get; init; } = 6;
    public int R { get; init; } = 3;
    public int S { get; init; } = 2;
    public (int H, int W) Pad { get; init; } = (1, 0);
    public (int H, int W) Stride { get; init; } = (1, 1);
    public (int H, int W) Dilation { get; init; } = (1, 1);
    public int Groups { get; init; } = 1;
    public int Mode { get; init; } = CrossCorrelation;
    public int Format { get; init; } = Nhwc;
    public int Type { get; init; } = Float;

    public int OutH => (H + 2 * Pad.H - (R - 1) * Dilation.H - 1) / Stride.H + 1;
    public int OutW => (W + 2 * Pad.W - (S - 1) * Dilation.W - 1) / Stride.W + 1;

    public nint Tensor(int n, int c, int h, int w)
    {
        nint d = New("cudnnCreateTensorDescriptor");
        _m.Ok("cudnnSetTensor4dDescriptor", d, Format, Type, n, c, h, w);
        return d;
    }

    public nint X() => Tensor(N, C, H, W);

    public nint Y() => Tensor(N, K, OutH, OutW);

    public nint Filter()
    {
        nint d = New("cudnnCreateFilterDescriptor");
        _m.Ok("cudnnSetFilter4dDescriptor", d, Type, Format, K, C / Groups, R, S);
        return d;
    }

    public nint Descriptor(int math = 3)
    {
        nint d = New("cudnnCreateConvolutionDescriptor");
        _m.Ok("cudnnSetConvolution2dDescriptor", d, Pad.H, Pad.W, Stride.H, Stride.W, Dilation.H, Dilation.W, Mode, Float);
        _m.Ok("cudnnSetConvolutionGroupCount", d, Groups);
        _m.Ok("cudnnSetConvolutionMathType", d, math);
        return d;
    }

    nint New(string create)
    {
        nint d = 0;
        _m.Ok(create, Out(ref d));
        return d;
    }

    int Xi(int n, int c, int h, int w) => Format == Nhwc ? ((n * H + h) * W + w) * C + c : ((n * C + c) * H + h) * W + w;

    int Wi(int k, int c, int r, int s) =>
        Format == Nhwc ? ((k * R + r) * S + s) * (C / Groups) + c : ((k * (C / Groups) + c) * R + r) * S + s;

    int Yi(int n, int k, int h, int w) =>
        Format == Nhwc ? ((n * OutH + h) * OutW + w) * K + k : ((n * K + k) * OutH + h) * OutW + w;

    public int XCount => N * C * H * W;
    public int WCount => K * C / Groups * R * S;
    public int YCount => N * K * OutH * OutW;

    public float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        foreach (ref float v in values.AsSpan())
        {
            v = random.NextSingle() * 2 - 1;
            if (Type == BF16) v = BFloat16.Round(v);
        }
        return values;
    }

    public nint Upload(float[] values) =>
        Type == BF16 ? _m.Upload(Array.ConvertAll(values, BFloat16.FromSingle)) : _m.Upload(values);

    public float[] Download(nint address, int count) =>
        Type == BF16 ? Array.ConvertAll(_m.Download<ushort>(address, count), BFloat16.ToSingle)
            : _m.Download<float>(address, count);

    /// <summary>Visits every product of the convolution by its three indices.</summary>
    void ForProducts(Action<int, int, int> visit)
    {
        for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++)
        for (int oh = 0; oh < OutH; oh++)
        for (int ow = 0; ow < OutW; ow++)
        for (int c = 0; c < C / Groups; c++)
        for (int r = 0; r < R; r++)
        for (int s = 0; s < S; s++)
        {
            int h = oh * Stride.H - Pad.H + r * Dilation.H, w = ow * Stride.W - Pad.W + s * Dilation.W;
            if (h < 0 || h >= H || w < 0 || w >= W) continue;
            int fr = Mode == Convolution ? R - 1 - r : r, fs = Mode == Convolution ? S - 1 - s : s;
            visit(Xi(n, k / (K / Groups) * (C / Groups) + c, h, w), Wi(k, c, fr, fs), Yi(n, k, oh, ow));
        }
    }

    public float[] Forward(float[] x, float[] w) => Sum(YCount, add => ForProducts((i, j, o) => add(o, (double)x[i] * w[j])));

    public float[] BackwardData(float[] w, float[] dy) =>
        Sum(XCount, add => ForProducts((i, j, o) => add(i, (double)w[j] * dy[o])));

    public float[] BackwardFilter(float[] x, float[] dy) =>
        Sum(WCount, add => ForProducts((i, j, o) => add(j, (double)x[i] * dy[o])));

    static float[] Sum(int count, Action<Action<int, double>> run)
    {
        double[] sums = new double[count];
        run((at, value) => sums[at] += value);
        return Array.ConvertAll(sums, s => (float)s);
    }
}
