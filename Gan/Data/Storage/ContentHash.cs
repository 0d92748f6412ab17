using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// SHA-256 of files and of the facts that decide a set's pixels. Nothing is added for labels: a run that does not use them goes
/// on whether a set has got some or not, and sets of which runs keep the hash have the same one as before there were labels. (A
/// folder's hash is over paths, which name the classes, and CIFAR's over records, which begin with the labels, all the same.)
/// </summary>
internal static class ContentHash
{
    internal static byte[] OfText(string text) => Sha256.HashData(Encoding.UTF8.GetBytes(text));

    internal static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);

    /// <summary>Hashes a file, telling progress in bytes.</summary>
    internal static byte[] OfFile(string path, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using var hash = new Sha256();
        var gate = new ProgressGate(progress, "hash", stream.Length);
        byte[] buffer = new byte[1 << 18];
        for (int read; (read = stream.Read(buffer)) > 0; gate.Add(read))
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
        }
        return hash.GetHashAndReset();
    }
}
