using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Emulator;

/// <summary>
/// An emulated machine as C code sees it: functions are called through their pointers, by name. Arguments are passed as 64-bit
/// values, which the calling conventions of x64 allow for every integer, pointer and handle.
/// </summary>
sealed unsafe class Machine : IDisposable
{
    readonly List<nint> _texts = [];

    /// <param name="options">The machine.</param>
    /// <param name="ready">Initialise it and make device 0's context current on this thread.</param>
    public Machine(EmulatorOptions? options = null, bool ready = true)
    {
        Cuda = new EmulatedCuda(options);
        if (!ready) return;
        Ok("cuInit", 0);
        nint context = 0;
        Ok("cuDevicePrimaryCtxRetain", Out(ref context), 0);
        Ok("cuCtxSetCurrent", context);
        Context = context;
    }

    public EmulatedCuda Cuda { get; }
    public nint Context { get; }

    public void Dispose()
    {
        Cuda.Dispose();
        foreach (nint text in _texts) Marshal.FreeCoTaskMem(text);
    }

    /// <summary>The address of a local variable; it must stay where it is, as locals and fixed fields do.</summary>
    public static nint Out<T>(ref T local) where T : unmanaged =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref local);

    public nint Text(string text)
    {
        _texts.Add(Marshal.StringToCoTaskMemUTF8(text));
        return _texts[^1];
    }

    /// <summary>Calls a function of the driver, cuBLAS, cuDNN or NCCL, as its name says; the status.</summary>
    public int Call(string name, params ReadOnlySpan<nint> a)
    {
        var library = name.StartsWith("cublasLt", StringComparison.Ordinal) ? CudaLibrary.CuBlasLt
            : name.StartsWith("cublas", StringComparison.Ordinal) ? CudaLibrary.CuBlas
            : name.StartsWith("cudnn", StringComparison.Ordinal) ? CudaLibrary.CuDnn
            : name.StartsWith("nccl", StringComparison.Ordinal) ? CudaLibrary.Nccl : CudaLibrary.Driver;
        nint f = Cuda.Find(library, name);
        Assert.That(f != 0, name);
        return a.Length switch
        {
            0 => ((delegate* unmanaged<int>)f)(),
            1 => ((delegate* unmanaged<nint, int>)f)(a[0]),
            2 => ((delegate* unmanaged<nint, nint, int>)f)(a[0], a[1]),
            3 => ((delegate* unmanaged<nint, nint, nint, int>)f)(a[0], a[1], a[2]),
            4 => ((delegate* unmanaged<nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3]),
            5 => ((delegate* unmanaged<nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4]),
            6 => ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4], a[5]),
            7 => ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int>)f)(a[0], a[1],
                a[2], a[3], a[4], a[5], a[6]),
            _ => Long(f, a),
        };
    }

    // Past six arguments the rest lies on the stack in slots of 64 bits; slots that the function does not have do no harm to it.
    static int Long(nint f, ReadOnlySpan<nint> arguments)
    {
        const int most = 24;
        Span<nint> a = stackalloc nint[most];
        a.Clear();
        arguments.CopyTo(a);
        return arguments.Length <= 12
            ? ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, int>)f)(
                a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11])
            : ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint,
                nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, int>)f)(
                a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11],
                a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22], a[23]);
    }

    /// <summary>Calls, and wants success.</summary>
    public void Ok(string name, params ReadOnlySpan<nint> arguments)
    {
        int status = Call(name, arguments);
        if (status != 0)
            Assert.Fail(
                $"{name} returned {status}: {(name.StartsWith("cu", StringComparison.Ordinal) ? ErrorText(status) : "")}");
    }

    /// <summary>Calls, and wants a status.</summary>
    public void Fails(int status, string name, params ReadOnlySpan<nint> arguments) =>
        Assert.That(Call(name, arguments), Is.EqualTo(status), name);

    public string ErrorText(int status)
    {
        nint text = 0;
        Call("cuGetErrorString", status, Out(ref text));
        return Marshal.PtrToStringUTF8(text) ?? "";
    }

    public nint Alloc(long bytes)
    {
        nint address = 0;
        Ok("cuMemAlloc_v2", Out(ref address), (nint)bytes);
        return address;
    }

    /// <summary>New device memory with these elements.</summary>
    public nint Upload<T>(params T[] values) where T : unmanaged
    {
        nint address = Alloc(values.Length * sizeof(T));
        fixed (T* p = values) Ok("cuMemcpyHtoD_v2", address, (nint)p, values.Length * sizeof(T));
        return address;
    }

    public T[] Download<T>(nint address, int count) where T : unmanaged
    {
        var values = new T[count];
        fixed (T* p = values) Ok("cuMemcpyDtoH_v2", (nint)p, address, count * sizeof(T));
        return values;
    }

    /// <summary>Pinned floats with NaN bytes.</summary>
    public float* Pinned(int count)
    {
        nint p = 0;
        Ok("cuMemHostAlloc", Out(ref p), count * 4, 0);
        return (float*)p;
    }

    /// <param name="flags">1 for a stream that is not ordered with the default stream.</param>
    public nint Stream(int flags = 1) => Created("cuStreamCreate", flags);

    public nint Event(int flags = 0) => Created("cuEventCreate", flags);

    nint Created(string name, int flags)
    {
        nint handle = 0;
        Ok(name, Out(ref handle), flags);
        return handle;
    }

    public nint Load(string ptx)
    {
        nint module = 0;
        Ok("cuModuleLoadData", Out(ref module), Text(ptx));
        return module;
    }

    public nint Function(nint module, string name)
    {
        nint function = 0;
        Ok("cuModuleGetFunction", Out(ref function), module, Text(name));
        return function;
    }

    /// <summary>Launches one-dimensional blocks; the parameters are one packed struct's pointer each.</summary>
    public int Launch(nint function, int blocks, int threads, nint stream, params ReadOnlySpan<nint> pointers)
    {
        fixed (nint* p = pointers) return Call("cuLaunchKernel", function, blocks, 1, 1, threads, 1, 1, 0, stream, (nint)p, 0);
    }

    /// <summary>Launches a kernel of <see cref="SamplePtx"/> whose parameters are an array and a count.</summary>
    public int LaunchOn(nint function, nint array, int count, nint stream, int blocks = 1, int threads = 32) =>
        Launch(function, blocks, threads, stream, Out(ref array), Out(ref count));
}

/// <summary>Small kernels that need no compiler.</summary>
static class SamplePtx
{
    /// <summary>
    /// increment(float* x, int n): x[i] += 1 for i below n; beyond(x, n): writes x[n] whatever it is; askew(x, n): reads 4 bytes
    /// at x + 1; bounded: the same as increment with at most 64 threads; shared: 1 KiB of static shared memory.
    /// </summary>
    public static readonly string Kernels = Header("7.0", "sm_75")
        + Kernel("increment", "", Increment)
        + Kernel("bounded", ".maxntid 64, 1, 1", Increment)
        + Kernel("beyond", "", Beyond)
        + Kernel("askew", "", Askew)
        + Kernel("shared", "", ".shared .align 4 .b8 buffer[1024];\nst.shared.u32 [buffer], %r1;\n" + Increment)
        + ".visible .global .align 4 .u32 counter = 7;\n.visible .const .align 4 .u32 table[2] = {5, 6};\n";

    const string Increment = """
            setp.ge.u32 %p1, %r2, %r1;
            @%p1 bra DONE;
            mul.wide.u32 %rd2, %r2, 4;
            add.s64 %rd3, %rd1, %rd2;
            ld.global.f32 %f1, [%rd3];
            add.f32 %f2, %f1, 0f3F800000;
            st.global.f32 [%rd3], %f2;
        DONE:
            ret;
        """;

    const string Beyond = """
            mul.wide.u32 %rd2, %r1, 4;
            add.s64 %rd3, %rd1, %rd2;
            st.global.u32 [%rd3], %r1;
            ret;
        """;

    const string Askew = """
            ld.global.u32 %r3, [%rd1+1];
            st.global.u32 [%rd1], %r3;
            ret;
        """;

    public static string Header(string version, string target) => $".version {version}\n.target {target}\n.address_size 64\n";

    static string Kernel(string name, string bounds, string body) => $$"""
        .visible .entry {{name}}(.param .u64 {{name}}_x, .param .u32 {{name}}_n) {{bounds}}
        {
            .reg .pred %p<2>;
            .reg .b32 %r<4>;
            .reg .f32 %f<3>;
            .reg .b64 %rd<4>;
            ld.param.u64 %rd1, [{{name}}_x];
            ld.param.u32 %r1, [{{name}}_n];
            cvta.to.global.u64 %rd1, %rd1;
            mov.u32 %r2, %tid.x;
        {{body}}
        }

        """;
}
