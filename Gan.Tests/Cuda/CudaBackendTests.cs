using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Tests.Cuda;

/// <summary>Opening, memory, launches and errors, against a driver that only keeps a journal.</summary>
sealed class CudaBackendTests
{
    static readonly KernelFamily Turn = new("some", "turn");

    readonly record struct Args(int A, int B);

    FakeCuda _cuda = null!;

    [SetUp]
    public void Open() => _cuda = new FakeCuda();

    [TearDown]
    public void Close() => _cuda.Dispose();

    CudaBackend Backend(string ptx = "good", int ordinal = 0) => new(_cuda, ordinal, stem => stem == "some" ? Some(ptx) : null);

    static byte[] Some(string first) => Encoding.UTF8.GetBytes(
        $"{first}\n" + string.Concat(new[] { "turn_f32", "turn_bf16",
            "absent_f32" }.Select(static e => $".visible .entry {e}()\n{{\n\tret;\n}}\n")) + '\0');

    [Test]
    public void A_launch_hands_over_the_struct_and_the_grid_and_loads_its_kernel_once()
    {
        using var backend = Backend();
        backend.Launch(Turn, DType.F32, new Grid(3, 64, SharedBytes: 16), new Args(7, 9));
        backend.Launch(Turn, DType.BF16, new Grid(2, 32), new Args(1, 2));
        backend.LaunchCooperative(Turn, DType.F32, new Grid(1, 32), new Args(5, 6));
        Assert.That(_cuda.Journal.Where(static c => c.StartsWith("launch", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "launch turn_f32 3x64+16", "launch turn_bf16 2x32+0", "launch turn_f32 1x32+0" }));
        Assert.That(_cuda.LastParameter, Is.EqualTo(new byte[] { 5, 0, 0, 0, 6, 0, 0, 0 }));
        Assert.That(_cuda.Journal.Count(static c => c == "cuModuleLoadDataEx"), Is.EqualTo(2));
        Assert.That(_cuda.Journal.Count(static c => c == "cuModuleGetFunction"), Is.EqualTo(2));
    }

    [Test]
    public void Occupancy_is_asked_of_the_driver()
    {
        using var backend = Backend();
        Assert.That(backend.ResidentBlocks(Turn, DType.F32, 256, 0), Is.EqualTo(4));
    }

    [Test]
    public void A_struct_of_another_size_than_the_kernels_is_refused()
    {
        _cuda.ParameterBytes = 12;
        using var backend = Backend();
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>()
                .With.Message.EqualTo("Kernel turn_f32 of kernels/some.ptx takes 12 bytes, but the struct for it has 8."));
    }

    [Test]
    public void An_older_driver_cannot_tell_the_size()
    {
        _cuda.ParameterBytes = 12;
        _cuda.Missing.Add("cuFuncGetParamInfo");
        using var backend = Backend();
        _cuda.ParameterBytes = 8;
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(1, 32), new Args(7, 9)), Throws.Nothing);
    }

    [Test]
    public void Errors_name_the_call_the_kernel_and_the_drivers_text()
    {
        using var backend = Backend();
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(1001, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>().With.Message.EqualTo(
                "The launch of turn_f32 on cuda:0 (1001 x 1 x 1 blocks of 32 threads, 0 bytes of dynamic "
                + "shared memory) failed with "
                + "NAME_1 (1): text of 1."));
        Assert.That(() => backend.Launch(new KernelFamily("some", "absent"), DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>().With.Message.EqualTo(
                "Looking up kernel absent_f32 of kernels/some.ptx failed with NAME_500 (500): text of 500."));
        Assert.That(() => backend.Launch(new KernelFamily("some", "other"), DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>().With.Message.EqualTo("kernels/some.ptx has no kernel other_f32."));
        Assert.That(() => backend.Launch(new KernelFamily("other", "turn"), DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>().With.Message.EqualTo("kernels/other.ptx is not part of this build."));
        _cuda.Fail("cuStreamSynchronize", 900);
        Assert.That(backend.Synchronize, Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            "cuStreamSynchronize failed with NAME_900 (900): text of 900."));
        _cuda.Fail("cuStreamSynchronize", 0);
    }

    [Test]
    public void The_assemblers_log_is_in_the_error()
    {
        using var backend = Backend("bad");
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<DeviceException>().With.Message.EqualTo(
                "Loading kernel turn_f32 of kernels/some.ptx failed with NAME_218 (218): text of 218; the "
                + "assembler says: line 1: bad."));
    }

    [Test]
    public void A_full_device_says_what_is_free()
    {
        using var backend = Backend();
        _cuda.Fail("cuMemAlloc_v2", 2);
        Assert.That(() => backend.Allocate(700),
            Throws.TypeOf<OutOfDeviceMemoryException>()
                .With.Message.EqualTo("cuda:0 has 500 of 1,000 bytes free, 700 were asked for."));
        Assert.That(() => backend.Scratch(700), Throws.TypeOf<OutOfDeviceMemoryException>());
    }

    [Test]
    public void A_failure_while_freeing_is_thrown_by_the_next_call()
    {
        using var backend = Backend();
        nint address = backend.Allocate(8);
        _cuda.Fail("cuMemFree_v2", 1);
        Assert.That(() => backend.Free(address, 8), Throws.Nothing);
        _cuda.Fail("cuMemFree_v2", 0);
        Assert.That(backend.Synchronize,
            Throws.TypeOf<DeviceException>().With.Message.StartsWith("cuMemFree failed with NAME_1 (1)"));
        Assert.That(backend.Synchronize, Throws.Nothing);
    }

    [Test]
    public void A_failure_that_no_later_call_can_throw_is_thrown_by_dispose()
    {
        var backend = Backend();
        _cuda.Fail("cuStreamDestroy_v2", 1);
        Assert.That(backend.Dispose,
            Throws.TypeOf<DeviceException>().With.Message.StartsWith("cuStreamDestroy failed with NAME_1 (1)"));
        Assert.That(_cuda.Journal, Does.Contain("cuDevicePrimaryCtxRelease_v2"));
    }

    [Test]
    public void A_broken_context_is_reported_once_and_disposed_of_in_peace()
    {
        var backend = Backend();
        nint address = backend.Allocate(8);
        foreach (string call in new[] { "cuStreamSynchronize", "cuMemFree_v2", "cuStreamDestroy_v2",
            "cuDevicePrimaryCtxRelease_v2" })
            _cuda.Fail(call, 700);
        Assert.That(backend.Synchronize, Throws.TypeOf<DeviceLostException>().With.Message.EqualTo(
            "cuStreamSynchronize failed with NAME_700 (700): text of 700; cuda:0 can be used again in a new process only."));
        Assert.That(() => backend.Free(address, 8), Throws.Nothing);
        Assert.That(backend.Dispose, Throws.Nothing);
    }

    [Test]
    public void Waiting_after_each_launch_names_the_kernel_that_fails()
    {
        using var backend = Backend();
        backend.SynchronizeLaunches = true;
        backend.Launch(Turn, DType.F32, new Grid(3, 64), new Args(7, 9));
        _cuda.Fail("cuStreamSynchronize", 716);
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(3, 64), new Args(7, 9)),
            Throws.TypeOf<DeviceLostException>()
                .With.Message.StartsWith("The run of turn_f32 on cuda:0 (3 x 1 x 1 blocks of 64 threads"));
    }

    [Test]
    public void Use_after_dispose_is_an_error()
    {
        var backend = Backend();
        nint address = backend.Scratch(100);
        backend.Dispose();
        backend.Dispose();
        Assert.That(_cuda.LiveBlocks, Is.Zero);
        Assert.That(_cuda.Journal.Count(static c => c == "cuDevicePrimaryCtxRelease_v2"), Is.EqualTo(1));
        Assert.That(backend.Synchronize, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => backend.Allocate(1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => backend.Free(address, 100), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => backend.Launch(Turn, DType.F32, new Grid(1, 32), new Args(7, 9)),
            Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Each_call_runs_in_its_devices_context_on_any_thread()
    {
        using var first = Backend();
        using var second = Backend(ordinal: 1);
        Assert.That(second.Name, Is.EqualTo("cuda:1"));
        nint[] seen = new nint[2];
        var thread = new Thread(() =>
        {
            first.Synchronize();
            seen[0] = _cuda.Current.Value;
            second.Synchronize();
            seen[1] = _cuda.Current.Value;
        });
        thread.Start();
        thread.Join();
        Assert.That(seen, Is.EqualTo(new nint[] { 100, 101 }));
    }

    [Test]
    public void A_device_that_is_not_there_is_named() => Assert.That(() => Backend(ordinal: 2),
        Throws.TypeOf<DeviceException>().With.Message.EqualTo("There is no device cuda:2: the driver finds 2."));

    [Test]
    public void An_old_driver_is_named_with_what_it_lacks()
    {
        _cuda.Missing.Add("cuGraphInstantiateWithFlags");
        Assert.That(() => Backend(), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            "fake lacks the function cuGraphInstantiateWithFlags: it is too old; install a current NVIDIA driver."));
    }

    [Test]
    public void Kernels_for_newer_cards_can_be_told()
    {
        using var backend = Backend();
        Assert.That((backend.Supports(7, 5), backend.Supports(7, 0), backend.Supports(8, 0), backend.Multiprocessors),
            Is.EqualTo((true, true, false, 4)));
    }
}
