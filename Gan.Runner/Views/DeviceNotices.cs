using Ssgan.Engine;

namespace Ssgan.Runner.Views;

/// <summary>What a device says of how it was opened, and of slower paths.</summary>
static class DeviceNotices
{
    /// <summary>Prints how a device computes; how many of its sentences that were.</summary>
    public static int Print(Device device, TextWriter output)
    {
        if (device.Arithmetic is { } arithmetic) output.WriteLine($"{device.Name}: {arithmetic}.");
        return PrintNew(device, output, 0);
    }

    /// <summary>Prints a device's sentences after those that were told; how many there are now.</summary>
    public static int PrintNew(Device device, TextWriter output, int told) => TellNew(device, told, output.WriteLine);

    /// <summary>Tells a device's sentences after those that were told; how many there are now.</summary>
    public static int TellNew(Device device, int told, Action<string> tell)
    {
        var notices = device.Notices;
        for (; told < notices.Count; told++) tell(notices[told]);
        return told;
    }
}
