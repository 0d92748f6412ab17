using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics.Scores;

/// <summary>Devices that a metric's products run on, by name; each run also looks for leaks.</summary>
static class ScoreDevices
{
    internal static readonly string[] Names = ["cpu", "cuda", "cuda without libraries"];

    internal static void On(string name, Action<Device> use)
    {
        if (name == "cpu")
        {
            using var device = Device.Cpu(2);
            using var leaks = new NoLeaks(device);
            use(device);
            return;
        }
        bool libraries = name == "cuda";
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuBlas = libraries, HasCuDnn = libraries });
        using (var device = new Device(new CudaBackend(cuda)))
        using (new NoLeaks(device)) use(device);
        Assert.That(cuda.Leaks(), Is.Empty);
    }
}
