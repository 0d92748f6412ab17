using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class MemoryCallTests
{
    [Test]
    public void Memory_is_counted_and_given_back()
    {
        using var m = new Machine(new EmulatorOptions { MemoryBytes = 1 << 20 });
        nint a = m.Alloc(1000), free = 0, total = 0;
        m.Ok("cuMemGetInfo_v2", Out(ref free), Out(ref total));
        Assert.That((free, total), Is.EqualTo(((nint)(1 << 20) - 1000, (nint)(1 << 20))));
        Assert.That(m.Cuda.Leaks(), Has.Some.Contains("1000 bytes"));
        m.Ok("cuMemFree_v2", a);
        m.Ok("cuMemGetInfo_v2", Out(ref free), 0);
        Assert.That(free, Is.EqualTo((nint)(1 << 20)));
        m.Ok("cuMemFree_v2", 0);
    }

    [Test]
    public void Too_large_an_allocation_is_out_of_memory()
    {
        using var m = new Machine(new EmulatorOptions { MemoryBytes = 1 << 20 });
        nint address = 0;
        m.Alloc(1 << 19);
        m.Fails(2, "cuMemAlloc_v2", Out(ref address), (1 << 19) + 1);
        m.Ok("cuMemAlloc_v2", Out(ref address), 1 << 19);
        Assert.That(m.ErrorText(2), Does.Contain("524289 bytes do not fit"));
    }

    [Test]
    public void Wrong_addresses_and_sizes_are_invalid_values()
    {
        using var m = new Machine();
        nint a = m.Upload(1f, 2f), result = 0;
        float host = 0;
        m.Fails(1, "cuMemAlloc_v2", 0, 16);
        m.Fails(1, "cuMemAlloc_v2", Out(ref result), 0);
        m.Fails(1, "cuMemFree_v2", a + 4);
        m.Fails(1, "cuMemcpyHtoD_v2", a + 5, Out(ref host), 4);
        m.Fails(1, "cuMemcpyDtoH_v2", Out(ref host), a + 8, 4);
        m.Fails(1, "cuMemcpyDtoH_v2", 0, a, 4);
        m.Fails(1, "cuMemcpyHtoD_v2", 0, Out(ref host), 4);
        m.Fails(1, "cuMemcpyDtoDAsync_v2", a, a + 8, 4, 0);
        m.Fails(1, "cuMemsetD8Async", a, 0, 9, 0);
        m.Fails(1, "cuMemsetD32Async", a + 2, 0, 1, 0);
        m.Ok("cuMemcpyDtoH_v2", 0, 0, 0);
        m.Ok("cuMemFree_v2", a);
        m.Fails(1, "cuMemFree_v2", a);
        Assert.That(m.ErrorText(1), Does.Contain("freed before"));
        m.Fails(1, "cuMemcpyDtoH_v2", Out(ref host), a, 4);
        m.Ok("cuCtxSynchronize");
    }

    [Test]
    public void Copies_and_sets_move_bytes()
    {
        using var m = new Machine();
        nint a = m.Upload(1f, 2f, 3f, 4f), b = m.Alloc(16);
        m.Ok("cuMemcpyDtoD_v2", b, a, 16);
        m.Ok("cuMemsetD32_v2", b + 4, 0x40A00000, 1);
        m.Ok("cuMemsetD16Async", b + 10, 0x4110, 1, 0);
        m.Ok("cuMemsetD16Async", b + 8, 0, 1, 0);
        m.Ok("cuMemsetD8_v2", b + 12, 0x1FF, 4);
        Assert.That(m.Download<float>(b, 3), Is.EqualTo([1f, 5f, 9f]));
        Assert.That(m.Download<uint>(b + 12, 1), Is.EqualTo([0xFFFFFFFF]), "a byte is the low byte of its argument");
    }

    [Test]
    public void A_download_of_what_nothing_wrote_is_a_fault()
    {
        using var m = new Machine();
        nint a = m.Alloc(8);
        m.Ok("cuMemsetD8_v2", a, 0, 4);
        float host = 0;
        m.Fails(719, "cuMemcpyDtoH_v2", Out(ref host), a + 4, 4);
        Assert.That(m.ErrorText(719), Does.StartWith("Read of 4 bytes").And.Contain("nothing wrote"));
        m.Fails(719, "cuCtxSynchronize");
    }

    [Test]
    public void Pinned_memory_is_counted()
    {
        using var m = new Machine();
        nint p = 0;
        m.Ok("cuMemHostAlloc", Out(ref p), 64, 1);
        Assert.That(m.Cuda.Leaks(), Has.Some.Contains("pinned"));
        m.Fails(1, "cuMemFreeHost", p + 1);
        m.Ok("cuMemFreeHost", p);
        m.Fails(1, "cuMemFreeHost", p);
        m.Fails(1, "cuMemHostAlloc", Out(ref p), 64, 64);
        m.Fails(1, "cuMemHostAlloc", 0, 64, 0);
        float* registered = stackalloc float[4];
        m.Ok("cuMemHostRegister_v2", (nint)registered, 16, 0);
        m.Fails(1, "cuMemHostRegister_v2", (nint)registered, 16, 0);
        m.Fails(1, "cuMemFreeHost", (nint)registered);
        m.Ok("cuMemHostUnregister", (nint)registered);
        m.Fails(1, "cuMemHostUnregister", (nint)registered);
        m.Ok("cuDevicePrimaryCtxRelease_v2", 0);
        Assert.That(m.Cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void A_pageable_upload_is_staged_and_a_pinned_one_is_not()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Alloc(4), b = m.Alloc(4);
        float pageable = 1;
        float* pinned = m.Pinned(1);
        *pinned = 1;
        m.Ok("cuMemcpyHtoDAsync_v2", a, Out(ref pageable), 4, stream);
        m.Ok("cuMemcpyHtoDAsync_v2", b, (nint)pinned, 4, stream);
        pageable = *pinned = 2;
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(a, 1), Is.EqualTo([1f]));
        Assert.That(m.Download<float>(b, 1), Is.EqualTo([2f]), "the caller changed it before the copy ran");
    }

    [Test]
    public void Memory_freed_in_stream_order_is_there_until_then()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = 0, kept = m.Alloc(4);
        m.Ok("cuMemAllocAsync", Out(ref a), 4, stream);
        m.Ok("cuMemsetD32Async", a, 5, 1, stream);
        m.Ok("cuMemcpyDtoDAsync_v2", kept, a, 4, stream);
        m.Ok("cuMemFreeAsync", a, stream);
        m.Fails(1, "cuMemFreeAsync", a, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<int>(kept, 1), Is.EqualTo([5]));
        m.Fails(1, "cuMemsetD32Async", a, 5, 1, stream);
    }
}
