using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.PyTorch;

namespace Ssgan.Gan.Interop;

/// <summary>A file of weights in whichever format it is: told by its first bytes, not by its name.</summary>
static class WeightsFile
{
    /// <summary>Opens a safetensors file or one of PyTorch's (.pth).</summary>
    /// <exception cref="TensorFileException">It is damaged or of another kind.</exception>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    public static TensorFile Open(string path)
    {
        Span<byte> start = stackalloc byte[16];
        int length;
        using (var stream = File.OpenRead(path)) length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return PthFile.MayBe(start[..length]) ? PthFile.Open(path) : SafetensorsFile.Open(path);
    }
}
