using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Storage;

/// <summary>A published file: where it is, and what its bytes must be.</summary>
/// <param name="Dataset">What it holds, for people.</param>
/// <param name="FileName">Its name.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Bytes">Its size, or the most that is taken for it.</param>
/// <param name="Sha256">Its hash in hexadecimal, or as much of the beginning as is published.</param>
internal sealed record RemoteArchive(string Dataset, string FileName, Uri Address, long Bytes, string Sha256);

/// <summary>Brings published archives into the data directory, whole and verified or not at all.</summary>
internal static class DatasetDownload
{
    static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    /// <summary>The archive in the data directory, downloaded first where it is missing.</summary>
    /// <exception cref="DatasetException">It is neither there nor to be had; the message says which file belongs
    /// where.</exception>
    internal static string Find(RemoteArchive archive, DataOptions options, CancellationToken cancellation)
    {
        string path = Path.Combine(options.DataDirectory, archive.FileName);
        if (File.Exists(path)) return path;
        // In full: whoever follows the hint may do so from another folder.
        string directory = Path.GetFullPath(options.DataDirectory);
        if (!options.AllowDownload)
            throw new DatasetException(
                $"{archive.Dataset} is not in {directory}: put {archive.FileName} from {archive.Address} there.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, stream => ReceiveAsync(archive, options, stream, cancellation).GetAwaiter().GetResult());
            return path;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested
            && (e is HttpRequestException or IOException or OperationCanceledException))
        {
            throw new DatasetException($"{archive.Dataset} is not in {directory} and could not be downloaded ({Reason(e)}): " +
                $"put {archive.FileName} from {archive.Address} there.", e);
        }
    }

    static string Reason(Exception e) =>
        e is OperationCanceledException ? "the server stopped answering" : e.Message.TrimEnd('.');

    static async Task ReceiveAsync(RemoteArchive archive, DataOptions options, Stream file, CancellationToken cancellation)
    {
        if (options.Http is null && !Sha256.RuntimeHasCryptography)
            throw new IOException("HTTPS needs OpenSSL, and libssl.so.3 was not found");
        using var client = options.Http is HttpMessageHandler handler
            ? new HttpClient(handler, disposeHandler: false) : new HttpClient();
        using HttpResponseMessage response =
            await client.GetAsync(archive.Address, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var hash = new Sha256();
        var gate = new ProgressGate(options.Progress, "download", response.Content.Headers.ContentLength ?? archive.Bytes);
        byte[] buffer = new byte[1 << 17];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        for (long total = 0; ;)
        {
            patience.CancelAfter(Stall);
            int read = await body.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            if (read == 0) break;
            total += read;
            // A server that never ends must not fill the disk.
            if (total > archive.Bytes)
                throw new IOException($"the server sent more than the {archive.Bytes} bytes of the published file");
            hash.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            gate.Add(read);
        }
        string got = ContentHash.Hex(hash.GetHashAndReset());
        if (!got.StartsWith(archive.Sha256, StringComparison.Ordinal))
            throw new IOException($"the received file has SHA-256 {got}, but the published one has {archive.Sha256}");
    }
}
