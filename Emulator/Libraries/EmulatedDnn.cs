using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

delegate nuint NativeVersion();

delegate void NativeLastError(nint buffer, nint bytes);

delegate int NativePI6(nint a, int b, int c, int d, int e, int f, int g);

delegate int NativePI8(nint a, int b, int c, int d, int e, int f, int g, int h, int i);

delegate int NativePI9(nint a, int b, int c, int d, int e, int f, int g, int h, int i, int j);

delegate int NativePIIPP(nint a, int b, int c, nint d, nint e);

/// <summary>
/// cuDNN 9: the handle and the descriptors of the plain interface. Its convolutions are in <see cref="EmulatedDnnConvolutions"/>,
/// the graph interface is in <see cref="EmulatedDnnGraphs"/>.
/// </summary>
sealed unsafe class EmulatedDnn(EmulatedCuda cuda)
{
    public const int NotInitialized = 1001, BadParam = 2000, NullPointer = 2002, Misaligned = 2003, NotFinalized = 2004,
        SizeInsufficient = 2006, ShapeMismatch = 2008, Duplicated = 2009, AttributeType = 2010,
            DescriptorType = 2012, NotSupported = 3000,
        GraphPattern = 3001, ExecutionFailed = 5000;
    const int Float = 0, BFloat16 = 9;
    string _lastError = "";

    public EmulatedCuda Cuda => cuda;

    public void Export(Dictionary<(CudaLibrary, string), Delegate> exports)
    {
        var dnn = new ExportTable(exports, CudaLibrary.CuDnn, Run);
        dnn.Put("cudnnGetVersion", new NativeVersion(() => (nuint)cuda.Options.CuDnnVersion));
        dnn.Put("cudnnGetCudartVersion", new NativeVersion(() => (nuint)cuda.Options.DriverVersion));
        dnn.Put("cudnnGetErrorString", new NativeText(status => cuda.Text(Name(status))));
        dnn.Put("cudnnGetLastErrorString", new NativeLastError(LastError));
        dnn.P("cudnnCreate", Check.Context, result => Create<DnnHandle>(result));
        dnn.P("cudnnDestroy", Check.Context | Check.Release, handle => cuda.Handles.Remove(Handle(handle)));
        dnn.PP("cudnnSetStream", Check.Context, SetStream);

        // Descriptors are host objects: they need no context and outlive it.
        dnn.P("cudnnCreateTensorDescriptor", Check.None, result => Create<DnnTensor>(result));
        dnn.P("cudnnDestroyTensorDescriptor", Check.None, Destroy<DnnTensor>);
        dnn.Put("cudnnSetTensor4dDescriptor",
            new NativePI6((handle, format, type, n, c, h, w) => dnn.Run("cudnnSetTensor4dDescriptor", Check.None, () =>
            SetTensor(handle, DnnShape.Dense(format, Type(type), n, c, h, w)))));
        dnn.Put("cudnnSetTensor4dDescriptorEx",
            new NativePI9((handle, type, n, c, h, w, sn, sc, sh, sw) => dnn.Run("cudnnSetTensor4dDescriptorEx", Check.None, () =>
            SetTensor(handle, new DnnShape(Type(type), n, c, h, w, sn, sc, sh, sw)))));
        dnn.Put("cudnnSetTensorNdDescriptor",
            new NativePIIPP((handle, type, count, sizes, strides) => dnn.Run("cudnnSetTensorNdDescriptor", Check.None, () =>
            SetTensorNd(handle, type, count, (int*)Pointer(sizes, "dimA"), (int*)Pointer(strides, "strideA")))));
        dnn.P("cudnnCreateFilterDescriptor", Check.None, result => Create<DnnFilter>(result));
        dnn.P("cudnnDestroyFilterDescriptor", Check.None, Destroy<DnnFilter>);
        dnn.Put("cudnnSetFilter4dDescriptor",
            new NativePI6((handle, type, format, k, c, r, s) => dnn.Run("cudnnSetFilter4dDescriptor", Check.None, () =>
            SetFilter(handle, format, DnnShape.Dense(format, Type(type), k, c, r, s)))));
        dnn.P("cudnnCreateConvolutionDescriptor", Check.None, result => Create<DnnConvolution>(result));
        dnn.P("cudnnDestroyConvolutionDescriptor", Check.None, Destroy<DnnConvolution>);
        dnn.Put("cudnnSetConvolution2dDescriptor",
            new NativePI8((handle, padH, padW, strideH, strideW, dilationH, dilationW, mode, compute) =>
                dnn.Run("cudnnSetConvolution2dDescriptor", Check.None, () =>
                    SetConvolution(handle, new(padH, padW, strideH, strideW, dilationH, dilationW, mode == 0), mode, compute))));
        dnn.PI("cudnnSetConvolutionMathType", Check.None, SetMathType);
        dnn.PI("cudnnSetConvolutionGroupCount", Check.None, SetGroupCount);
        new EmulatedDnnConvolutions(this).Export(dnn);
        new EmulatedDnnTensors(this).Export(dnn);
        new EmulatedDnnGraphs(this).Export(dnn);
    }

    int Run(string name, Check check, Action body) =>
        cuda.RunLibrary(name, check, body, detail => _lastError = $"{name}: {detail}", ExecutionFailed);

    static string Name(int status) => status switch
    {
        0 => "CUDNN_STATUS_SUCCESS",
        NotInitialized => "CUDNN_STATUS_NOT_INITIALIZED",
        BadParam => "CUDNN_STATUS_BAD_PARAM",
        NullPointer => "CUDNN_STATUS_BAD_PARAM_NULL_POINTER",
        Misaligned => "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER",
        NotFinalized => "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED",
        ShapeMismatch => "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH",
        Duplicated => "CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES",
        AttributeType => "CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE",
        DescriptorType => "CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE",
        GraphPattern => "CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN",
        SizeInsufficient => "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT",
        NotSupported => "CUDNN_STATUS_NOT_SUPPORTED",
        ExecutionFailed => "CUDNN_STATUS_EXECUTION_FAILED",
        _ => "CUDNN_UNKNOWN_STATUS",
    };

    void LastError(nint buffer, nint bytes)
    {
        if (buffer == 0 || bytes < 1) return;
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(_lastError);
        int count = (int)Math.Min(utf8.Length, bytes - 1);
        Marshal.Copy(utf8, 0, buffer, count);
        ((byte*)buffer)[count] = 0;
        _lastError = "";
    }

    public static LibraryFailure Bad(string message) => new(BadParam, message);

    public static LibraryFailure Unsupported(string message) => new(NotSupported, message);

    public static nint Pointer(nint pointer, string name) =>
        pointer != 0 ? pointer : throw new LibraryFailure(NullPointer, $"{name} is null");

    public static DType Type(int type) => type switch
    {
        Float => DType.F32,
        BFloat16 => DType.BF16,
        _ => throw Unsupported($"data type {type} is not emulated"),
    };

    public DnnHandle Handle(nint handle)
    {
        var h = cuda.Handles.Find<DnnHandle>(handle)
            ?? throw new LibraryFailure(NotInitialized, $"0x{handle:x} is no live cuDNN handle");
        return h.Context == cuda.Current ? h : throw Bad($"{h} belongs to another context than the current one");
    }

    public T Descriptor<T>(nint handle) where T : DriverObject =>
        cuda.Handles.Find<T>(handle) ?? throw Bad($"0x{handle:x} is no live {typeof(T).Name}");

    void Create<T>(nint result) where T : DriverObject, new()
    {
        Pointer(result, "the result");
        *(nint*)result = cuda.Handles.Add(typeof(T) == typeof(DnnHandle) ? new DnnHandle { Context = cuda.Current } : new T());
    }

    void Destroy<T>(nint handle) where T : DriverObject => cuda.Handles.Remove(Descriptor<T>(handle));

    void SetStream(nint handle, nint stream)
    {
        var h = Handle(handle);
        cuda.Stream(stream);
        h.Stream = stream;
    }

    void SetTensor(nint handle, DnnShape shape)
    {
        shape.Validate();
        Descriptor<DnnTensor>(handle).Shape = shape;
    }

    void SetTensorNd(nint handle, int type, int count, int* d, int* s)
    {
        if (count != 4) throw Unsupported($"tensors of {count} dimensions are not emulated");
        SetTensor(handle, new DnnShape(Type(type), d[0], d[1], d[2], d[3], s[0], s[1], s[2], s[3]));
    }

    void SetFilter(nint handle, int format, DnnShape shape)
    {
        shape.Validate();
        var filter = Descriptor<DnnFilter>(handle);
        (filter.Shape, filter.IsNhwc) = (shape, format == 1);
    }

    void SetConvolution(nint handle, DnnConvolutionSpec spec, int mode, int compute)
    {
        if (spec.PadH < 0 || spec.PadW < 0 || spec.StrideH < 1 || spec.StrideW < 1 || spec.DilationH < 1 || spec.DilationW < 1)
            throw Bad($"{spec} is impossible");
        if (mode is not (0 or 1)) throw Bad($"{mode} is no convolution mode");
        if (compute != Float) throw Unsupported($"compute type {compute} is not emulated: F32 and BF16 are computed in FLOAT");
        Descriptor<DnnConvolution>(handle).Spec = spec;
    }

    void SetMathType(nint handle, int type)
    {
        if (type is < 0 or > 3) throw Bad($"{type} is no math type");
        Descriptor<DnnConvolution>(handle).MathType = type;
    }

    void SetGroupCount(nint handle, int groups)
    {
        if (groups < 1) throw Bad($"{groups} groups are impossible");
        Descriptor<DnnConvolution>(handle).Groups = groups;
    }

    /// <summary>A problem of four live descriptors.</summary>
    public DnnProblem Problem(nint x, nint w, nint convolution, nint y) => DnnProblem.Of(
        Descriptor<DnnTensor>(x), Descriptor<DnnFilter>(w), Descriptor<DnnConvolution>(convolution), Descriptor<DnnTensor>(y),
            cuda.Options.ComputeCapability);
}
