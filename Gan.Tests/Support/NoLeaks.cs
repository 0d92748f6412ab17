using Ssgan.Engine;

namespace Ssgan.Tests.Support;

/// <summary>Fails, when disposed, if the device has more or less memory in use than at the start.</summary>
sealed class NoLeaks(Device device) : IDisposable
{
    readonly (long, int) _before = (device.Pool.LiveBytes, device.Pool.LiveBlocks);

    public void Dispose() =>
        Assert.That((device.Pool.LiveBytes, device.Pool.LiveBlocks), Is.EqualTo(_before),
            "(live bytes, live blocks) differ from the start.");
}
