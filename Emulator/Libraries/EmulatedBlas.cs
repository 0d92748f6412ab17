using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

/// <summary>
/// cuBLAS: handles and the matrix products that a training step needs. Matrices are column-major, products run in stream order.
/// </summary>
sealed unsafe class EmulatedBlas(EmulatedCuda cuda)
{
    const int NotInitialized = 1, InvalidValue = 7, ArchMismatch = 8, ExecutionFailed = 13, NotSupported = 15;
    string _detail = "";

    sealed class Handle : DriverObject
    {
        public override string Kind => "cuBLAS handle";
        public nint Stream { get; set; }
        public int MathMode { get; set; }
        public bool DeviceScalars { get; set; }
    }

    public void Export(Dictionary<(CudaLibrary, string), Delegate> exports)
    {
        var blas = new ExportTable(exports, CudaLibrary.CuBlas, Run);
        blas.P("cublasCreate_v2", Check.Context, Create);
        blas.P("cublasDestroy_v2", Check.Context | Check.Release, handle => cuda.Handles.Remove(Get(handle)));
        blas.PP("cublasSetStream_v2", Check.Context, SetStream);
        blas.PPP("cublasSetWorkspace_v2", Check.Context, SetWorkspace);
        blas.PI("cublasSetMathMode", Check.Context, SetMathMode);
        blas.PI("cublasSetPointerMode_v2", Check.Context,
            (handle, mode) => Get(handle).DeviceScalars = Choice(mode, "pointer mode") == 1);
        blas.PI("cublasSetAtomicsMode", Check.Context, (handle, mode) =>
        {
            Get(handle);
            Choice(mode, "atomics mode");
        });
        blas.PP("cublasGetVersion_v2", Check.None, (_, result) => *(int*)Pointer(result, "version") = cuda.Options.CuBlasVersion);
        blas.Put("cublasGetStatusName", new NativeText(status => cuda.Text(Name(status))));
        blas.Put("cublasGetStatusString",
            new NativeText(status => cuda.Text(status == 0 || _detail.Length == 0 ? Name(status)
                : $"{Name(status)}: {_detail}")));
        new EmulatedBlasProducts(this).Export(blas);
    }

    int Run(string name, Check check, Action body) =>
        cuda.RunLibrary(name, check, body, detail => _detail = detail, ExecutionFailed);

    public static string Name(int status) => status switch
    {
        0 => "CUBLAS_STATUS_SUCCESS",
        NotInitialized => "CUBLAS_STATUS_NOT_INITIALIZED",
        3 => "CUBLAS_STATUS_ALLOC_FAILED",
        InvalidValue => "CUBLAS_STATUS_INVALID_VALUE",
        ArchMismatch => "CUBLAS_STATUS_ARCH_MISMATCH",
        11 => "CUBLAS_STATUS_MAPPING_ERROR",
        ExecutionFailed => "CUBLAS_STATUS_EXECUTION_FAILED",
        14 => "CUBLAS_STATUS_INTERNAL_ERROR",
        NotSupported => "CUBLAS_STATUS_NOT_SUPPORTED",
        16 => "CUBLAS_STATUS_LICENSE_ERROR",
        _ => "<unknown>",
    };

    public static nint Pointer(nint pointer, string name) => pointer != 0 ? pointer : throw Invalid($"{name} is null");

    public static LibraryFailure Invalid(string message) => new(InvalidValue, message);

    public static LibraryFailure Unsupported(string message) => new(NotSupported, message);

    static int Choice(int value, string name) => value is 0 or 1 ? value : throw Invalid($"{value} is no {name}");

    Handle Get(nint handle)
    {
        var h = cuda.Handles.Find<Handle>(handle)
            ?? throw new LibraryFailure(NotInitialized, $"0x{handle:x} is no live cuBLAS handle");
        return h.Context == cuda.Current ? h : throw Invalid($"{h} belongs to another context than the current one");
    }

    void Create(nint result) => *(nint*)Pointer(result, "handle") = cuda.Handles.Add(new Handle { Context = cuda.Current });

    void SetStream(nint handle, nint stream)
    {
        var h = Get(handle);
        cuda.Stream(stream);
        h.Stream = stream;
    }

    void SetWorkspace(nint handle, nint workspace, nint bytes)
    {
        Get(handle);
        if (workspace % 256 != 0) throw Invalid($"the workspace at 0x{workspace:x} is not aligned to 256 bytes");
        if (bytes > 0 && (cuda.Memory.Find((ulong)workspace) is not { } block || !block.Contains((ulong)workspace, bytes)))
            throw Invalid($"the workspace of {bytes} bytes at 0x{workspace:x} is not inside an allocation");
    }

    void SetMathMode(nint handle, int mode)
    {
        const int flags = 16;
        if ((mode & ~flags) is not (0 or 1 or 2 or 3)) throw Invalid($"{mode} is no math mode");
        Get(handle).MathMode = mode & ~flags;
    }

    /// <summary>Checks a product and puts it into the handle's stream.</summary>
    public void Submit(nint handle, GemmCall call, nint alpha, nint beta)
    {
        var h = Get(handle);
        Pointer(alpha, "alpha");
        Pointer(beta, "beta");
        call.Validate();
        if (call.A.Type == DType.BF16 && cuda.Options.ComputeCapability < 80)
            throw new LibraryFailure(ArchMismatch, "BF16 needs compute capability 8.0");
        bool tf32 = call.A.Type == DType.F32 && cuda.Options.ComputeCapability >= 80
            && (call.Compute == GemmCall.ComputeTf32 || (call.Compute == GemmCall.ComputeF32 && h.MathMode == 3));
        if (call.M == 0 || call.N == 0 || call.Batch == 0) return;
        Pointer((nint)call.C.Address, "C");
        var memory = cuda.Memory;
        bool device = h.DeviceScalars;
        float a = device ? 0 : *(float*)alpha, b = device ? 0 : *(float*)beta;
        EmulatedCuda.Submit(cuda.Stream(h.Stream), new StreamWork("cuBLAS product", () =>
        {
            if (device) call.Execute(memory, tf32, Scalar(memory, alpha), Scalar(memory, beta));
            else call.Execute(memory, tf32, a, b);
        }));
    }

    static float Scalar(DeviceMemory memory, nint address)
    {
        float value = 0;
        DeviceArrays.Read(memory, (ulong)address, DType.F32, new Span<float>(ref value));
        return value;
    }
}
