using System.Text;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Emulator;

/// <summary>What the emulated device shows of the CUDA backend itself.</summary>
[TestFixture]
public sealed class BackendTests
{
    [Test]
    public void A_backend_gives_back_all_it_took([Values] bool libraries)
    {
        using var device = new EmulatedCuda(new EmulatorOptions { HasCuBlas = libraries, HasCuDnn = libraries });
        using (var cuda = new CudaBackend(device))
        {
            nint address = cuda.Allocate(1024);
            var y = new TensorView(address, new Shape(16, 16), DType.F32);
            cuda.Fill(y, 2);
            byte[] bytes = new byte[1024];
            cuda.Download(y, bytes);
            Assert.That(BitConverter.ToSingle(bytes, 1020), Is.EqualTo(2f));
            Assert.That(device.Leaks(), Is.Not.Empty);
            cuda.Free(address, 1024);
        }
        Assert.That(device.Leaks(), Is.Empty);
    }

    [Test]
    public void Two_backends_share_a_machine()
    {
        using var device = new EmulatedCuda(new EmulatorOptions { Devices = 2 });
        using (CudaBackend first = new(device, 0), second = new(device, 1), third = new(device, 1))
        {
            foreach (var cuda in (CudaBackend[])[first, second, third])
            {
                nint address = cuda.Allocate(4);
                var y = new TensorView(address, new Shape(1), DType.F32);
                cuda.Upload(BitConverter.GetBytes(3f), y);
                byte[] bytes = new byte[4];
                cuda.Download(y, bytes);
                Assert.That(BitConverter.ToSingle(bytes), Is.EqualTo(3f));
                cuda.Free(address, 4);
            }
        }
        Assert.That(device.Leaks(), Is.Empty);
    }

    [Test]
    public void An_allocation_that_fails_says_how_much_is_free()
    {
        using var device = new EmulatedCuda(new EmulatorOptions { MemoryBytes = 1 << 20, HasCuBlas = false, HasCuDnn = false });
        using var cuda = new CudaBackend(device);
        Assert.That(() => cuda.Allocate(2 << 20), Throws.TypeOf<OutOfDeviceMemoryException>().With.Message.Contains("2,097,152"));
    }

    [Test]
    public void A_kernels_fault_is_the_message_of_the_exception()
    {
        using var device = new EmulatedCuda();
        using var cuda = new CudaBackend(device);
        nint address = cuda.Allocate(16);
        cuda.Fill(new TensorView(address, new Shape(5), DType.F32), 1);
        var thrown = Assert.Throws<DeviceLostException>(cuda.Synchronize)!;
        Assert.That(thrown.Message,
            Does.Contain("out of bounds").And.Contain("after the end of the 16 bytes").And.Contain("fill"));
    }

    [Test]
    public void A_module_that_does_not_load_says_what_the_assembler_says()
    {
        using var device = new EmulatedCuda();
        const string text = ".version 7.0\n.target sm_75\nnonsense\n.visible .entry fill_u8()\n{\nret;\n}\n\0";
        using var cuda = new CudaBackend(device, 0, static _ => Encoding.UTF8.GetBytes(text));
        nint address = cuda.Allocate(16);
        Assert.That(() => cuda.Fill(new TensorView(address, new Shape(4), DType.F32), 1),
            Throws.TypeOf<DeviceException>().With.Message.Contains("nonsense"));
        cuda.Free(address, 16);
    }

    [Test]
    public void A_newer_driver_is_asked_for_where_the_text_is_too_new()
    {
        using var device = new EmulatedCuda(new EmulatorOptions { DriverVersion = 10020 });
        using var cuda = new CudaBackend(device);
        nint address = cuda.Allocate(16);
        Assert.That(() => cuda.Fill(new TensorView(address, new Shape(4), DType.F32), 1),
            Throws.TypeOf<DeviceException>().With.Message.Contains("222"));
        cuda.Free(address, 16);
    }
}
