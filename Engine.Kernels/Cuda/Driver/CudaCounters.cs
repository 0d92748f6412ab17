namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// What a backend has done since it was opened. The difference of two says what a step costs: one that runs on the device
/// alone copies nothing.
/// </summary>
/// <param name="Launches">Kernels of ours that were launched or recorded.</param>
/// <param name="GraphLaunches">Replays of captured graphs.</param>
/// <param name="HostToDeviceCopies">Uploads.</param>
/// <param name="HostToDeviceBytes">Bytes of all uploads.</param>
/// <param name="DeviceToHostCopies">Downloads.</param>
/// <param name="DeviceToHostBytes">Bytes of all downloads.</param>
/// <param name="DeviceAllocations">How often the driver was asked for device memory.</param>
public readonly record struct CudaCounters(
    long Launches, long GraphLaunches, long HostToDeviceCopies, long HostToDeviceBytes, long DeviceToHostCopies,
    long DeviceToHostBytes, long DeviceAllocations);

/// <summary>The running counts, from any thread.</summary>
sealed class DeviceCounts
{
    long _launches, _graphLaunches, _uploads, _uploadedBytes, _downloads, _downloadedBytes, _allocations;

    public void Launch() => Interlocked.Increment(ref _launches);

    public void GraphLaunch() => Interlocked.Increment(ref _graphLaunches);

    public void Upload(long bytes)
    {
        Interlocked.Increment(ref _uploads);
        Interlocked.Add(ref _uploadedBytes, bytes);
    }

    public void Download(long bytes)
    {
        Interlocked.Increment(ref _downloads);
        Interlocked.Add(ref _downloadedBytes, bytes);
    }

    public void Allocation() => Interlocked.Increment(ref _allocations);

    public CudaCounters Read() => new(
        Interlocked.Read(ref _launches), Interlocked.Read(ref _graphLaunches), Interlocked.Read(ref _uploads),
        Interlocked.Read(ref _uploadedBytes), Interlocked.Read(ref _downloads), Interlocked.Read(ref _downloadedBytes),
        Interlocked.Read(ref _allocations));
}
