using Ssgan.Engine;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>Passes on each sentence of a device about a slower path when it comes up.</summary>
/// <param name="device">The device.</param>
/// <param name="told">How many of its sentences were printed before.</param>
sealed class NoticesHook(Device device, int told) : IRunHook
{
    int _told = told;

    public Every Every { get; } = new(1);

    public void Run(RunState run) => _told = DeviceNotices.TellNew(device, _told, run.Observer.Notice);
}
