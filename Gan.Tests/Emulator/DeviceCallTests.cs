using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda.Native;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class DeviceCallTests
{
    [Test]
    public void Calls_before_initialisation_are_refused()
    {
        using var m = new Machine(ready: false);
        int count = 0;
        m.Fails(3, "cuDeviceGetCount", Out(ref count));
        m.Fails(1, "cuInit", 1);
        m.Ok("cuInit", 0);
        m.Ok("cuDeviceGetCount", Out(ref count));
        Assert.That(count, Is.EqualTo(1));
    }

    [Test]
    public void A_machine_without_a_device_says_so()
    {
        using var m = new Machine(new EmulatorOptions { Devices = 0 }, ready: false);
        m.Fails(100, "cuInit", 0);
    }

    [Test]
    public void A_device_has_the_attributes_of_its_options()
    {
        using var m = new Machine(new EmulatorOptions { Devices = 2, Multiprocessors = 6, ComputeCapability = 86,
            DeviceName = "A long name" });
        int value = 0;
        m.Ok("cuDeviceGetAttribute", Out(ref value), 16, 1);
        Assert.That(value, Is.EqualTo(6));
        m.Ok("cuDeviceGetAttribute", Out(ref value), 75, 0);
        Assert.That(value, Is.EqualTo(8));
        m.Ok("cuDeviceGetAttribute", Out(ref value), 76, 0);
        Assert.That(value, Is.EqualTo(6));
        m.Fails(1, "cuDeviceGetAttribute", Out(ref value), 12345, 0);
        m.Fails(101, "cuDeviceGetAttribute", Out(ref value), 16, 2);
        m.Fails(1, "cuDeviceGetAttribute", 0, 16, 0);
        byte* name = stackalloc byte[5];
        m.Ok("cuDeviceGetName", (nint)name, 5, 0);
        Assert.That(Marshal.PtrToStringUTF8((nint)name), Is.EqualTo("A lo"), "a short buffer gets what fits");
        m.Fails(1, "cuDeviceGetName", 0, 5, 0);
    }

    [Test]
    public void Retains_and_releases_of_the_primary_context_are_counted()
    {
        using var m = new Machine();
        nint again = 0;
        m.Ok("cuDevicePrimaryCtxRetain", Out(ref again), 0);
        Assert.That(again, Is.EqualTo(m.Context));
        m.Ok("cuDevicePrimaryCtxRelease_v2", 0);
        m.Ok("cuCtxSynchronize");
        Assert.That(m.Cuda.Leaks(), Has.Count.EqualTo(1));
        m.Ok("cuDevicePrimaryCtxRelease_v2", 0);
        m.Fails(709, "cuCtxSynchronize");
        m.Fails(201, "cuDevicePrimaryCtxRelease_v2", 0);
        m.Fails(201, "cuCtxSetCurrent", m.Context);
        Assert.That(m.Cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void The_current_context_is_a_threads_own()
    {
        using var m = new Machine();
        int other = 0;
        var thread = new Thread(() => other = m.Call("cuCtxSynchronize"));
        thread.Start();
        thread.Join();
        Assert.That(other, Is.EqualTo(201));
        m.Ok("cuCtxPushCurrent_v2", m.Context);
        nint popped = 0;
        m.Ok("cuCtxPopCurrent_v2", Out(ref popped));
        Assert.That(popped, Is.EqualTo(m.Context));
        m.Ok("cuCtxSetCurrent", 0);
        m.Fails(201, "cuCtxSynchronize");
        m.Fails(201, "cuCtxPopCurrent_v2", Out(ref popped));
        m.Fails(201, "cuCtxSetCurrent", 12345);
    }

    [Test]
    public void What_dies_with_its_context_is_a_leak()
    {
        using var m = new Machine();
        nint stream = m.Stream();
        m.Alloc(100);
        m.Ok("cuDevicePrimaryCtxRelease_v2", 0);
        Assert.That(m.Cuda.Leaks(),
            Has.Count.EqualTo(2).And.Some.Contains($"stream 0x{stream:x}").And.Some.Contains("100 bytes"));
    }

    [Test]
    public void Statuses_have_names_and_texts()
    {
        using var m = new Machine();
        nint text = 0;
        m.Ok("cuGetErrorName", 700, Out(ref text));
        Assert.That(Marshal.PtrToStringUTF8(text), Is.EqualTo("CUDA_ERROR_ILLEGAL_ADDRESS"));
        m.Fails(1, "cuGetErrorName", 12345, Out(ref text));
        Assert.That(text, Is.EqualTo((nint)0));
        Assert.That(m.ErrorText(2), Is.EqualTo("out of memory"));
        m.Fails(1, "cuGetErrorString", 2, 0);
    }

    [Test]
    public void Libraries_and_functions_can_be_absent()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuDnn = false, MissingFunctions = ["cuFuncGetParamInfo"] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cuda.Open(CudaLibrary.CuDnn).Path, Is.Null);
            Assert.That(cuda.Open(CudaLibrary.CuDnn).Tried, Is.Not.Empty);
            Assert.That(cuda.Open(CudaLibrary.CuBlas).Path, Is.Not.Null);
            Assert.That(cuda.Open(CudaLibrary.Nccl).Path, Is.Null);
            Assert.That(cuda.Find(CudaLibrary.CuDnn, "cudnnCreate"), Is.EqualTo((nint)0));
            Assert.That(cuda.Find(CudaLibrary.Driver, "cuFuncGetParamInfo"), Is.EqualTo((nint)0));
            Assert.That(cuda.Find(CudaLibrary.Driver, "cuNoSuchFunction"), Is.EqualTo((nint)0));
        }
    }

    [Test]
    public void The_tables_of_all_libraries_can_be_filled()
    {
        using var cuda = new EmulatedCuda();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new DriverApi(cuda), Throws.Nothing);
            Assert.That(() => new CuBlasApi(cuda), Throws.Nothing);
            Assert.That(() => new CuDnnApi(cuda), Throws.Nothing);
        }
    }

    [Test]
    public void Machines_are_apart()
    {
        using Machine a = new(), b = new();
        nint stream = a.Stream();
        b.Fails(400, "cuStreamSynchronize", stream);
        a.Ok("cuDevicePrimaryCtxRelease_v2", 0);
        b.Ok("cuCtxSynchronize");
    }

    [Test]
    public void A_disposed_machine_refuses_every_call()
    {
        var m = new Machine();
        m.Pinned(4);
        m.Dispose();
        m.Dispose();
        Assert.That(m.Call("cuCtxSynchronize"), Is.EqualTo(4));
    }

    [Test]
    public void Named_calls_fail_on_request()
    {
        InjectedFailure[] failures = [new("cuMemAlloc_v2", 2, Call: 2), new("cuStreamCreate", 999), new("cublasCreate_v2", 3)];
        using var m = new Machine(new EmulatorOptions { Failures = failures });
        nint result = 0;
        m.Ok("cuMemAlloc_v2", Out(ref result), 16);
        m.Fails(2, "cuMemAlloc_v2", Out(ref result), 16);
        m.Ok("cuMemAlloc_v2", Out(ref result), 16);
        m.Fails(999, "cuStreamCreate", Out(ref result), 0);
        m.Fails(999, "cuStreamCreate", Out(ref result), 0);
        m.Fails(3, "cublasCreate_v2", Out(ref result));
        Assert.That(m.Cuda.Calls("cuMemAlloc_v2"), Is.EqualTo(3));
    }
}
