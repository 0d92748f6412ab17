using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Runner.Views;

/// <summary>What a GPU says of how it was opened, and of slower paths.</summary>
static class DeviceNotices
{
    /// <summary>Prints how a GPU was opened; how many of its sentences that were.</summary>
    public static int Print(Device device, TextWriter output)
    {
        if (device.Backend is not CudaBackend card) return 0;
        output.WriteLine($"{device.Name}: {card.Arithmetic}.");
        return PrintNew(device, output, 0);
    }

    /// <summary>Prints a GPU's sentences after those that were told; how many there are now.</summary>
    public static int PrintNew(Device device, TextWriter output, int told) => TellNew(device, told, output.WriteLine);

    /// <summary>Tells a device's sentences after those that were told; how many there are now.</summary>
    public static int TellNew(Device device, int told, Action<string> tell)
    {
        var notices = device.Notices;
        for (; told < notices.Count; told++) tell(notices[told]);
        return told;
    }
}
