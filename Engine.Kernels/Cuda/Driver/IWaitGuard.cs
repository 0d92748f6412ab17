namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// Waits in place of the driver, whose own waiting has no end where a device waits for another one. Within a lease; what keeps
/// the host waiting for too long is an exception.
/// </summary>
interface IWaitGuard
{
    /// <summary>Returns when what is queued on a stream is done, or has failed.</summary>
    void Watch(nint stream);

    /// <summary>Returns when what lies before an event is done, or has failed.</summary>
    void WatchEvent(nint point);
}
