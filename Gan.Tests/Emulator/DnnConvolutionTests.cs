using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class DnnConvolutionTests
{
    static readonly string[] s_shapes = ["padded", "one", "strided", "dilated", "grouped", "flipped",
        "channels first", "bfloat16", "wide"];

    static DnnSetup Make(Machine m, string shape) => shape switch
    {
        "padded" => new DnnSetup(m),
        "one" => new DnnSetup(m) { N = 1, C = 1, H = 1, W = 1, K = 1, R = 1, S = 1, Pad = (0, 0) },
        "strided" => new DnnSetup(m) { H = 8, W = 7, Stride = (2, 3) },
        "dilated" => new DnnSetup(m) { H = 9, Dilation = (2, 3) },
        "grouped" => new DnnSetup(m) { Groups = 2 },
        "flipped" => new DnnSetup(m) { Mode = DnnSetup.Convolution },
        "channels first" => new DnnSetup(m) { Format = DnnSetup.Nchw, Groups = 2, Stride = (2, 1) },
        "bfloat16" => new DnnSetup(m) { Type = DnnSetup.BF16 },
        _ => new DnnSetup(m) { N = 3, C = 19, H = 16, W = 16, K = 13, R = 3, S = 3, Pad = (1, 1) },
    };

    static float Tolerance(DnnSetup s) => s.Type == DnnSetup.BF16 ? 0.05f : 1e-4f;

    /// <summary>Workspace of algorithm 1.</summary>
    static (nint Address, nint Bytes) Workspace(Machine m, string direction, DnnSetup s, nint a, nint b,
        nint convolution, nint result)
    {
        nint bytes = 0;
        m.Ok($"cudnnGetConvolution{direction}WorkspaceSize", s.Handle, a, b, convolution, result, 1, Out(ref bytes));
        return (m.Alloc(bytes), bytes);
    }

    /// <summary>result = 2 convolution - result / 2.</summary>
    static float[] Run(Machine m, string direction, DnnSetup s, nint a, float[] av, nint b, float[] bv, nint result, float[] old)
    {
        nint convolution = s.Descriptor(), r = s.Upload(old);
        float alpha = 2, beta = -0.5f;
        var (workspace, bytes) = Workspace(m, direction, s, a, b, convolution, result);
        m.Ok($"cudnnConvolution{direction}", s.Handle, Out(ref alpha), a, s.Upload(av), b, s.Upload(bv), convolution, 1,
            workspace, bytes, Out(ref beta), result, r);
        return s.Download(r, old.Length);
    }

    static float[] Blend(float[] convolution, float[] old) => convolution.Select((c, i) => 2 * c - old[i] / 2).ToArray();

    [TestCaseSource(nameof(s_shapes))]
    public void Forward_is_the_convolution(string shape)
    {
        using var m = new Machine();
        var s = Make(m, shape);
        float[] x = s.Draw(s.XCount, 1), w = s.Draw(s.WCount, 2), y = s.Draw(s.YCount, 3);
        Assert.That(Run(m, "Forward", s, s.X(), x, s.Filter(), w, s.Y(), y),
            Is.EqualTo(Blend(s.Forward(x, w), y)).Within(Tolerance(s)));
    }

    [TestCaseSource(nameof(s_shapes))]
    public void BackwardData_is_its_transpose(string shape)
    {
        using var m = new Machine();
        var s = Make(m, shape);
        float[] w = s.Draw(s.WCount, 1), dy = s.Draw(s.YCount, 2), dx = s.Draw(s.XCount, 3);
        Assert.That(Run(m, "BackwardData", s, s.Filter(), w, s.Y(), dy, s.X(), dx),
            Is.EqualTo(Blend(s.BackwardData(w, dy), dx)).Within(Tolerance(s)));
    }

    [TestCaseSource(nameof(s_shapes))]
    public void BackwardFilter_is_the_gradient_of_the_filter(string shape)
    {
        using var m = new Machine();
        var s = Make(m, shape);
        float[] x = s.Draw(s.XCount, 1), dy = s.Draw(s.YCount, 2), dw = s.Draw(s.WCount, 3);
        Assert.That(Run(m, "BackwardFilter", s, s.X(), x, s.Y(), dy, s.Filter(), dw),
            Is.EqualTo(Blend(s.BackwardFilter(x, dy), dw)).Within(s.Type == DnnSetup.BF16 ? 0.2f : 1e-3f));
    }

    [Test]
    public void Strides_of_a_tensor_are_honoured()
    {
        using var m = new Machine();
        var s = new DnnSetup(m) { N = 1, C = 2, H = 2, W = 2, K = 1, R = 1, S = 1, Pad = (0, 0) };
        // Channels innermost, a pixel of padding after each row, which nothing wrote.
        nint x = 0, memory = m.Alloc(12 * 4), y = m.Alloc(16), w = m.Upload(1f, 10f);
        m.Ok("cudnnCreateTensorDescriptor", Out(ref x));
        m.Ok("cudnnSetTensor4dDescriptorEx", x, DnnSetup.Float, 1, 2, 2, 2, 12, 1, 6, 2);
        float[] row = [1, 2, 3, 4];
        fixed (float* p = row)
        {
            m.Ok("cuMemcpyHtoD_v2", memory, (nint)p, 16);
            m.Ok("cuMemcpyHtoD_v2", memory + 24, (nint)p, 16);
        }
        float one = 1, zero = 0;
        m.Ok("cudnnConvolutionForward", s.Handle, Out(ref one), x, memory, s.Filter(), w, s.Descriptor(), 0, 0,
            0, Out(ref zero), s.Y(), y);
        Assert.That(m.Download<float>(y, 4), Is.EqualTo([21f, 43f, 21f, 43f]));
    }

    [Test]
    public void Tf32_is_used_unless_the_math_type_forbids_it([Values(75, 90)] int capability)
    {
        using var m = new Machine(new EmulatorOptions { ComputeCapability = capability });
        var s = new DnnSetup(m) { N = 1, C = 1, H = 1, W = 1, K = 1, R = 1, S = 1, Pad = (0, 0) };
        const float fine = 1 + 1f / 4096;
        float one = 1, zero = 0;
        nint x = m.Upload(fine), w = m.Upload(1f), y = m.Alloc(4);
        float Product(int math)
        {
            m.Ok("cudnnConvolutionForward", s.Handle, Out(ref one), s.X(), x, s.Filter(), w, s.Descriptor(math), 0, 0,
                0, Out(ref zero), s.Y(), y);
            return m.Download<float>(y, 1)[0];
        }
        Assert.That(Product(3), Is.EqualTo(fine));
        Assert.That(Product(0), Is.EqualTo(capability >= 80 ? 1f : fine));
        Assert.That(Product(1), Is.EqualTo(capability >= 80 ? 1f : fine));
    }

    [Test]
    public void A_convolution_runs_in_stream_order_and_in_graphs()
    {
        using var m = new Machine();
        var s = new DnnSetup(m) { N = 1, C = 1, H = 1, W = 1, K = 1, R = 1, S = 1, Pad = (0, 0) };
        float one = 1;
        nint stream = m.Stream(), xd = s.X(), wd = s.Filter(), yd = s.Y(), conv = s.Descriptor(), x = m.Upload(2f),
            y = m.Upload(0f), graph = 0,
            exec = 0;
        m.Ok("cudnnSetStream", s.Handle, stream);
        m.Ok("cuStreamBeginCapture_v2", stream, 0);
        m.Ok("cudnnConvolutionForward", s.Handle, Out(ref one), xd, x, wd, x, conv, 0, 0, 0, Out(ref one), yd, y);
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
        // A captured convolution keeps neither descriptors nor scalars of its caller.
        m.Ok("cudnnDestroyTensorDescriptor", xd);
        one = 50;
        m.Ok("cuGraphInstantiateWithFlags", Out(ref exec), graph, 0);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuGraphLaunch", exec, stream);
        Assert.That(m.Download<float>(y, 1), Is.EqualTo([0f]));
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(y, 1), Is.EqualTo([8f]));
    }

    [Test]
    public void An_algorithm_without_a_promised_order_sums_in_two()
    {
        using var m = new Machine();
        var s = new DnnSetup(m) { N = 8, H = 16, W = 16 };
        nint x = m.Upload(s.Draw(s.XCount, 1)), dy = m.Upload(s.Draw(s.YCount, 2)),
            dw = m.Alloc(s.WCount * 4), conv = s.Descriptor();
        float one = 1, zero = 0;
        float[] Gradient(int algorithm)
        {
            var (workspace, bytes) = Workspace(m, "BackwardFilter", s, s.X(), s.Y(), conv, s.Filter());
            m.Ok("cudnnConvolutionBackwardFilter", s.Handle, Out(ref one), s.X(), x, s.Y(), dy, conv, algorithm, workspace, bytes,
                Out(ref zero), s.Filter(), dw);
            return m.Download<float>(dw, s.WCount);
        }
        float[] first = Gradient(1);
        Assert.That(Gradient(1), Is.EqualTo(first));
        first = Gradient(0);
        Assert.That(Gradient(0), Is.Not.EqualTo(first));
        Assert.That(Gradient(0), Is.EqualTo(first));
    }

    [Test]
    public void A_bias_is_added_and_its_gradient_summed([Values(DnnSetup.Nhwc, DnnSetup.Nchw)] int format,
        [Values(DnnSetup.Float, DnnSetup.BF16)] int type)
    {
        using var m = new Machine();
        var s = new DnnSetup(m) { Format = format, Type = type };
        nint bias = s.Tensor(1, s.K, 1, 1);
        float[] y = s.Draw(s.YCount, 1), b = s.Draw(s.K, 2);
        nint dy = s.Upload(y), db = s.Upload(b);
        float alpha = 2, beta = 0.5f;
        m.Ok("cudnnAddTensor", s.Handle, Out(ref alpha), bias, db, Out(ref beta), s.Y(), dy);
        int pixels = s.OutH * s.OutW;
        int Channel(int i) => format == DnnSetup.Nhwc ? i % s.K : i / pixels % s.K;
        Assert.That(s.Download(dy, y.Length),
            Is.EqualTo(y.Select((v, i) => 2 * b[Channel(i)] + v / 2)).Within(type == DnnSetup.BF16 ? 0.02f : 1e-6f));
        dy = s.Upload(y);
        m.Ok("cudnnConvolutionBackwardBias", s.Handle, Out(ref alpha), s.Y(), dy, Out(ref beta), bias, db);
        Assert.That(s.Download(db, s.K),
            Is.EqualTo(b.Select((v, k) => 2 * y.Where((_, i) => Channel(i) == k).Sum() + v / 2))
                .Within(type == DnnSetup.BF16 ? 0.2f : 1e-4f));
        m.Fails(2000, "cudnnConvolutionBackwardBias", s.Handle, Out(ref alpha), s.Y(), dy, Out(ref beta), s.Y(), dy);
        m.Fails(2000, "cudnnAddTensor", s.Handle, Out(ref alpha), s.X(), dy, Out(ref beta), s.Y(), dy);
        m.Fails(2002, "cudnnAddTensor", s.Handle, Out(ref alpha), bias, 0, Out(ref beta), s.Y(), dy);
    }
}
