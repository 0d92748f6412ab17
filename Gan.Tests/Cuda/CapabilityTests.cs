using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>What a device says it can do, without a word of which kind it is.</summary>
sealed class CapabilityTests
{
    [Test]
    public void A_cpu_computes_in_f32_and_says_why_not_in_others()
    {
        using var device = Device.Cpu(threads: 2);
        Assert.That(device.Supports(Precision.F32));
        foreach (var precision in (Precision[])[Precision.Tf32, Precision.Bf16])
        {
            Assert.That(device.WhyNot(precision), Is.EqualTo("needs a GPU; the CPU computes in f32"));
            Assert.That(() => device.Use(precision),
                Throws.TypeOf<NotSupportedException>().With.Message.Contains($"{precision} needs a GPU"));
        }
        device.Use(Precision.F32);
        Assert.That(device.Describe(), Does.Match("^[0-9]+ logical processors, 2 threads, (128|256|512)-bit vectors$"));
        Assert.That(device.FreeBytes, Is.Null);
        Assert.That(device.Notices, Is.Empty);
    }

    [TestCase(7, 5, false)]
    [TestCase(8, 0, true)]
    public void A_card_has_what_its_compute_capability_has(int major, int minor, bool all)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { ComputeCapability = 10 * major + minor, HasCuDnn = false });
        using var device = new Device(new CudaBackend(cuda, options: new()));
        Assert.That(device.Supports(Precision.F32));
        Assert.That(device.Supports(Precision.Tf32), Is.EqualTo(all));
        Assert.That(device.WhyNot(Precision.Bf16),
            all ? Is.Null : Is.EqualTo("needs compute capability 8.0; cuda:0 has 7.5, so use f32"));
        Assert.That(device.Describe(), Does.Contain($"compute capability {major}.{minor}, 4 multiprocessors, "));
        Assert.That(device.Notices, Has.One.Contains("Convolutions on cuda:0 run on our own kernels"));
        long? before = device.FreeBytes;
        using var block = device.Empty(new Shape(1 << 10));
        Assert.That(device.FreeBytes, Is.EqualTo(before - (4 << 10)));
    }

    [Test]
    public void A_precision_holds_until_the_next()
    {
        using var cuda = new EmulatedCuda();
        var backend = new CudaBackend(cuda);
        using var device = new Device(backend);
        foreach (var precision in (Precision[])[Precision.Tf32, Precision.Bf16, Precision.Tf32, Precision.F32])
        {
            device.Use(precision);
            Assert.That(backend.AllowTf32, Is.EqualTo(precision == Precision.Tf32), $"{precision}");
        }
    }
}
