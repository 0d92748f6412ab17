using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>
/// Words on the device in which the blocks of a launch count each other: 0 at first, and every kernel leaves its words as its
/// next launch wants them. So no launch needs another before it, and a captured launch replays.
/// </summary>
sealed unsafe class ArrivalCounters
{
    /// <summary>One word a layer of a spectral norm's launch.</summary>
    public const int SpectralNorm = 0;
    public const int Adam = 64;
    public const int GradientNorm = 65;
    const int Words = 128;
    readonly CudaDevice _device;
    readonly nint _stream, _address;

    /// <summary>Within a lease.</summary>
    public ArrivalCounters(CudaDevice device, nint stream)
    {
        (_device, _stream) = (device, stream);
        nint address;
        device.Check(device.Api.MemAlloc(&address, Words * sizeof(int)));
        _address = address;
        device.Check(device.Api.MemsetD8Async(address, 0, Words * sizeof(int), stream));
    }

    /// <summary>Address of a word and those after it.</summary>
    public nint this[int word] => _address + word * sizeof(int);

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        _device.Freed(_device.Api.StreamSynchronize(_stream));
        _device.Freed(_device.Api.MemFree(_address));
    }
}
