using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

/// <summary>cuDNN's handle.</summary>
sealed class DnnHandle : DriverObject
{
    public override string Kind => "cuDNN handle";
    public nint Stream { get; set; }
}

/// <summary>Four sizes in the order N, C, H, W with a stride each, whatever the order in memory.</summary>
sealed record DnnShape(DType Type, int N, int C, int H, int W, int StrideN, int StrideC, int StrideH, int StrideW)
{
    const int Nchw = 0, Nhwc = 1;

    public static DnnShape Dense(int format, DType type, int n, int c, int h, int w) => format switch
    {
        Nchw => new(type, n, c, h, w, c * h * w, h * w, w, 1),
        Nhwc => new(type, n, c, h, w, c * h * w, 1, w * c, c),
        _ => throw EmulatedDnn.Unsupported($"format {format} is not emulated"),
    };

    public bool IsNhwc => StrideC == 1;

    public long Offset(int n, int c, int h, int w) =>
        (long)n * StrideN + (long)c * StrideC + (long)h * StrideH + (long)w * StrideW;

    /// <summary>The strides may overlap or leave gaps, but no size may be below 1 and no stride negative.</summary>
    public void Validate()
    {
        if (N < 1 || C < 1 || H < 1 || W < 1) throw EmulatedDnn.Bad($"a tensor of ({N}, {C}, {H}, {W}) is impossible");
        if (StrideN < 1 || StrideC < 1 || StrideH < 1 || StrideW < 1)
            throw EmulatedDnn.Bad($"strides ({StrideN}, {StrideC}, {StrideH}, {StrideW}) are impossible");
    }

    public override string ToString() => $"({N}, {C}, {H}, {W})";
}

sealed class DnnTensor : DriverObject
{
    public override string Kind => "tensor descriptor";
    public DnnShape? Shape { get; set; }
}

/// <summary>K filters of C channels (of a group), R high and S wide; as a shape with N = K, H = R, W = S.</summary>
sealed class DnnFilter : DriverObject
{
    public override string Kind => "filter descriptor";
    public DnnShape? Shape { get; set; }
    public bool IsNhwc { get; set; }
}

/// <summary>How a convolution slides.</summary>
sealed record DnnConvolutionSpec(int PadH, int PadW, int StrideH, int StrideW, int DilationH, int DilationW, bool Flips)
{
    /// <summary>Size of an output for an input and a filter.</summary>
    public int OutH(int h, int r) => Out(h, r, PadH, StrideH, DilationH);

    public int OutW(int w, int s) => Out(w, s, PadW, StrideW, DilationW);

    static int Out(int size, int filter, int pad, int stride, int dilation)
    {
        int room = size + 2 * pad - ((filter - 1) * dilation + 1);
        return room < 0 ? 0 : room / stride + 1;
    }
}

sealed class DnnConvolution : DriverObject
{
    public const int MathDefault = 0, MathTensorOp = 1, MathAllowConversion = 2, MathFma = 3;
    public override string Kind => "convolution descriptor";
    public DnnConvolutionSpec? Spec { get; set; }
    public int MathType { get; set; }
    public int Groups { get; set; } = 1;
}

/// <summary>
/// A convolution whose descriptors fit together; a copy, so that later changes of the descriptors do not reach queued work.
/// </summary>
/// <param name="X">The input, or its gradient.</param>
/// <param name="W">The filters, or their gradient.</param>
/// <param name="Y">The output, or its gradient.</param>
/// <param name="Spec">Padding, stride and dilation.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Tf32">F32 operands are rounded to TF32.</param>
sealed record DnnProblem(DnnShape X, DnnShape W, DnnShape Y, DnnConvolutionSpec Spec, int Groups, bool Tf32)
{
    public int ChannelsOfGroup => W.C;
    public int FiltersOfGroup => W.N / Groups;

    /// <summary>Row of the filter for the r-th row of the window: the other end where the filter is flipped.</summary>
    public int FilterRow(int r) => Spec.Flips ? W.H - 1 - r : r;

    public int FilterColumn(int s) => Spec.Flips ? W.W - 1 - s : s;

    public static DnnProblem Of(DnnTensor x, DnnFilter w, DnnConvolution convolution, DnnTensor y, int computeCapability)
    {
        DnnShape xs = Set(x.Shape, x), ws = Set(w.Shape, w), ys = Set(y.Shape, y);
        var spec = Set(convolution.Spec, convolution);
        int groups = convolution.Groups;
        if (xs.Type != ws.Type || xs.Type != ys.Type)
            throw EmulatedDnn.Unsupported($"a convolution of {xs.Type} with {ws.Type} to {ys.Type} is not supported");
        if (xs.Type == DType.BF16 && computeCapability < 80)
            throw EmulatedDnn.Unsupported(
                $"BF16 needs compute capability 8.0, the device has {computeCapability / 10}.{computeCapability % 10}");
        if (xs.C != ws.C * groups)
            throw EmulatedDnn.Bad($"x {xs} has {xs.C} channels, {groups} groups of filters {ws} take {ws.C * groups}");
        if (ws.N % groups != 0) throw EmulatedDnn.Bad($"{ws.N} filters cannot be divided into {groups} groups");
        int h = spec.OutH(xs.H, ws.H), width = spec.OutW(xs.W, ws.W);
        if ((ys.N, ys.C, ys.H, ys.W) != (xs.N, ws.N, h, width))
            throw EmulatedDnn.Bad($"y is {ys}, the convolution of {xs} with {ws} gives ({xs.N}, {ws.N}, {h}, {width})");
        if (w.IsNhwc && !(xs.IsNhwc && ys.IsNhwc))
            throw EmulatedDnn.Unsupported("filters in NHWC order need tensors in NHWC order");
        // The default math lets F32 through tensor cores of Ampere and later; only FMA forbids it.
        bool tf32 = computeCapability >= 80 && xs.Type == DType.F32 && convolution.MathType != DnnConvolution.MathFma;
        return new DnnProblem(xs, ws, ys, spec, groups, tf32);
    }

    public static T Set<T>(T? value, DriverObject descriptor) where T : class =>
        value ?? throw EmulatedDnn.Bad($"{descriptor} was created but never set");
}
