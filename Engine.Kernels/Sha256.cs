using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// SHA-256 in parts. The runtime computes it, except on a Linux without OpenSSL, as small containers are: there the runtime would
/// end the process at the first hash, so <see cref="ManagedSha256"/> does, at a fraction of the speed.
/// </summary>
public sealed class Sha256 : IDisposable
{
    const int BufferBytes = 1 << 17;
    readonly IncrementalHash? _runtime;
    readonly ManagedSha256? _managed;

    /// <summary>A hash of nothing yet.</summary>
    public Sha256()
    {
        if (RuntimeHasCryptography) _runtime = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        else _managed = new ManagedSha256();
    }

    /// <summary>
    /// Whether the runtime can compute hashes and open TLS connections: on Linux it takes both from OpenSSL, and ends the process
    /// where that is missing.
    /// </summary>
    public static bool RuntimeHasCryptography { get; } = !OperatingSystem.IsLinux() || CanLoad("libssl.so.3")
        || CanLoad("libssl.so.1.1");

    /// <summary>The 32 bytes of the hash of <paramref name="data"/>.</summary>
    public static byte[] HashData(ReadOnlySpan<byte> data)
    {
        using var hash = new Sha256();
        hash.AppendData(data);
        return hash.GetHashAndReset();
    }

    /// <summary>The hash of what is left of a stream.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static byte[] HashData(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var hash = new Sha256();
        byte[] buffer = new byte[BufferBytes];
        for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer.AsSpan(0, read));
        return hash.GetHashAndReset();
    }

    /// <summary>Goes on with more bytes.</summary>
    public void AppendData(ReadOnlySpan<byte> data)
    {
        if (_managed is null) _runtime!.AppendData(data);
        else _managed.AppendData(data);
    }

    /// <summary>The hash of all since the last call.</summary>
    public byte[] GetHashAndReset() => _managed is null ? _runtime!.GetHashAndReset() : _managed.GetHashAndReset();

    /// <summary>Frees what the runtime holds.</summary>
    public void Dispose() => _runtime?.Dispose();

    static bool CanLoad(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
