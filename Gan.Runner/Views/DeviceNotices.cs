using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>Passes everything on, and each sentence of a GPU about a slower path when it comes up.</summary>
sealed class DeviceNotices : ITrainingObserver
{
    readonly ITrainingObserver _inner;
    readonly CudaBackend _card;
    int _told;

    DeviceNotices(ITrainingObserver inner, CudaBackend card, int told) => (_inner, _card, _told) = (inner, card, told);

    /// <summary>Prints how a GPU was opened; how many of its sentences that were.</summary>
    public static int Print(Device device, TextWriter output)
    {
        if (device.Backend is not CudaBackend card) return 0;
        output.WriteLine($"{device.Name}: {card.Arithmetic}.");
        return PrintNew(device, output, 0);
    }

    /// <summary>Prints a GPU's sentences after those that were told; how many there are now.</summary>
    public static int PrintNew(Device device, TextWriter output, int told)
    {
        if (device.Backend is not CudaBackend card) return 0;
        var notices = card.Notices;
        for (; told < notices.Count; told++) output.WriteLine(notices[told]);
        return told;
    }

    /// <summary>An observer that also tells what comes after the sentences that were told; the CPU has none.</summary>
    public static ITrainingObserver Around(ITrainingObserver inner, Device device, int told) =>
        device.Backend is CudaBackend card ? new DeviceNotices(inner, card, told) : inner;

    public void Stepped(long step, long steps)
    {
        _inner.Stepped(step, steps);
        var notices = _card.Notices;
        for (; _told < notices.Count; _told++) _inner.Notice(notices[_told]);
    }

    public void Logged(TrainingReport report) => _inner.Logged(report);

    public void Wrote(string what, string path) => _inner.Wrote(what, path);

    public void Notice(string message) => _inner.Notice(message);
}
