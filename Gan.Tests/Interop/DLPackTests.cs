using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Interop;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Interop;

sealed unsafe class DLPackTests
{
    static int s_deleted;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Count(DLManagedTensorVersioned* _) => Interlocked.Increment(ref s_deleted);

    [Test]
    public void What_was_exported_outlives_its_scope_and_is_freed_by_the_deleter_on_another_thread()
    {
        using var device = Device.Cpu(1);
        nint managed;
        int before = device.Pool.LiveBlocks;
        using (device.Scope()) managed = DLPack.Export(device.From([1f, 2, 3, 4, 5, 6], new Shape(2, 3)), readOnly: true);
        var t = (DLManagedTensorVersioned*)managed;
        Assert.That((t->Version.Major, t->Flags, t->Tensor.Rank), Is.EqualTo((1u, 1ul, 2)));
        Assert.That(new ReadOnlySpan<long>(t->Tensor.Shape, 2).ToArray(), Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(new ReadOnlySpan<long>(t->Tensor.Strides, 2).ToArray(), Is.EqualTo(new long[] { 3, 1 }));
        Assert.That((t->Tensor.Type.Code, t->Tensor.Type.Bits, t->Tensor.Device.Type), Is.EqualTo(((byte)2, (byte)32, 1)));
        Assert.That(((float*)t->Tensor.Data)[5], Is.EqualTo(6));
        Assert.That(device.Pool.LiveBlocks, Is.EqualTo(before + 1));
        var thread = new Thread(() => DLPack.Release(managed));
        thread.Start();
        thread.Join();
        Assert.That(device.Pool.LiveBlocks, Is.EqualTo(before));
    }

    [TestCase(DType.F32)]
    [TestCase(DType.F64)]
    [TestCase(DType.F16)]
    [TestCase(DType.BF16)]
    [TestCase(DType.I32)]
    [TestCase(DType.I64)]
    [TestCase(DType.U8)]
    [TestCase(DType.Bool)]
    public void Every_type_comes_back_over_the_same_memory(DType type)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        var x = device.Full(new Shape(2, 2), 1, type);
        var back = DLPack.Import(device, DLPack.Export(x));
        Assert.That((back.Shape, back.Type, back.View.Address), Is.EqualTo((x.Shape, type, x.View.Address)));
    }

    [Test]
    public void A_view_keeps_foreign_memory_until_it_ends_too()
    {
        using var device = Device.Cpu(1);
        s_deleted = 0;
        float* data = stackalloc float[2];
        long* dims = stackalloc long[1] { 2 };
        var t = Foreign((nint)data, 1, dims, null);
        (data[0], data[1]) = (3, 4);
        Tensor view;
        using (device.Scope()) view = DLPack.Import(device, (nint)(&t)).Reshape(1, 2).Own();
        Assert.That(s_deleted, Is.Zero);
        Assert.That(view.ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        view.Dispose();
        view.Dispose();
        Assert.That(s_deleted, Is.EqualTo(1));
    }

    [Test]
    public void Strides_that_are_not_dense_are_copied_and_the_memory_is_given_back_at_once()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        s_deleted = 0;
        float* data = stackalloc float[6] { 0, 1, 2, 3, 4, 5 };
        long* dims = stackalloc long[2] { 3, 2 };
        long* strides = stackalloc long[2] { 1, 3 };
        var t = Foreign((nint)data, 2, dims, strides);
        var x = DLPack.Import(device, (nint)(&t));
        Assert.That(s_deleted, Is.EqualTo(1));
        Assert.That(x.ToArray(), Is.EqualTo(new float[] { 0, 3, 1, 4, 2, 5 }));
        long* still = stackalloc long[2] { 0, 1 };
        var repeated = Foreign((nint)data, 2, dims, still);
        Assert.That(DLPack.Import(device, (nint)(&repeated)).ToArray(), Is.EqualTo(new float[] { 0, 1, 0, 1, 0, 1 }));
    }

    [Test]
    public void What_is_read_only_is_copied()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([7f], new Shape(1));
        var y = DLPack.Import(device, DLPack.Export(x, readOnly: true));
        x.CopyFrom<float>([8]);
        Assert.That(y.Item(), Is.EqualTo(7));
    }

    [Test]
    public void What_does_not_fit_is_refused_and_given_back()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        s_deleted = 0;
        long* dims = stackalloc long[9];
        float* data = stackalloc float[4];
        Refused("2.0", static (ref DLManagedTensorVersioned t) => t.Version = new() { Major = 2 });
        Refused("device 2:0", static (ref DLManagedTensorVersioned t) => t.Tensor.Device.Type = DLDevice.Cuda);
        Refused("bits", static (ref DLManagedTensorVersioned t) => t.Tensor.Type.Bits = 4);
        Refused("lanes", static (ref DLManagedTensorVersioned t) => t.Tensor.Type.Lanes = 2);
        Refused("rank 9", static (ref DLManagedTensorVersioned t) => t.Tensor.Rank = 9);
        Refused("no place", static (ref DLManagedTensorVersioned t) => t.Tensor.ByteOffset = 2);
        Assert.That(s_deleted, Is.EqualTo(6));

        void Refused(string fragment, Change change)
        {
            dims[0] = 2;
            var t = Foreign((nint)data, 1, dims, null);
            change(ref t);
            nint managed = (nint)(&t);
            Assert.That(() => DLPack.Import(device, managed), Throws.ArgumentException.With.Message.Contains(fragment));
        }
    }

    [Test]
    public void Tensors_of_a_gpu_stay_there()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using (var device = new Device(new CudaBackend(cuda)))
        using (device.Scope())
        {
            var x = device.From([1f, 2], new Shape(2));
            nint managed = DLPack.Export(x);
            var t = (DLManagedTensorVersioned*)managed;
            Assert.That((t->Tensor.Device.Type, t->Tensor.Device.Id), Is.EqualTo((2, 0)));
            var y = DLPack.Import(device, managed);
            Assert.That((y * 2).ToArray(), Is.EqualTo(new float[] { 2, 4 }));
        }
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    delegate void Change(ref DLManagedTensorVersioned tensor);

    static DLManagedTensorVersioned Foreign(nint data, int rank, long* dims, long* strides) => new()
    {
        Version = new() { Major = 1 },
        Deleter = &Count,
        Tensor = new()
        {
            Data = data, Device = new() { Type = DLDevice.Cpu }, Rank = rank, Shape = dims, Strides = strides,
            Type = new() { Code = 2, Bits = 32, Lanes = 1 },
        },
    };
}
