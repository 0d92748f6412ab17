using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Metrics.Networks.Inception;

/// <summary>The file with the Inception network's weights, as pytorch-fid publishes it.</summary>
public sealed class InceptionWeights
{
    internal const string HashStart = "6726825d";
    const long MostBytes = 128 << 20;

    /// <summary>The file's name, which ends in the first digits of its SHA-256.</summary>
    public const string FileName = $"pt_inception-2015-12-05-{HashStart}.pth";

    static readonly RemoteArchive s_published = new("The Inception network", FileName,
        new Uri($"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FileName}"), MostBytes, HashStart);

    InceptionWeights(string path, string sha256) => (Path, Sha256) = (path, sha256);

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>Its SHA-256, in hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Whether the file is in the cache; its hash is looked at when it is opened.</summary>
    /// <param name="options">The cache, as of <see cref="Find"/>.</param>
    public static bool IsThere(DataOptions? options = null) =>
        File.Exists(System.IO.Path.Combine(Folder(options ?? new()), FileName));

    /// <summary>
    /// The file at a path; or, without one, the file of its own name in the cache, downloaded first where it is missing. Either
    /// must have the published hash.
    /// </summary>
    /// <param name="path">The file; null for the cache's.</param>
    /// <param name="options">Whether and how to download, and the cache (<see cref="DataOptions.CacheDirectory"/>; the user's
    /// unless set).</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="DatasetException">It is another file; or it is neither there nor to be had, and the message says which
    /// file belongs where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InceptionWeights Find(string? path = null, DataOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new();
        path ??= DatasetDownload.Find(s_published, options with { DataDirectory = Folder(options) }, cancellation);
        path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(path)) throw new DatasetException($"There is no Inception network in {path}.");
        string hash = ContentHash.Hex(ContentHash.OfFile(path, options.Progress, cancellation));
        return hash.StartsWith(HashStart, StringComparison.Ordinal) ? new(path, hash)
            : throw new DatasetException($"{path} is not the Inception network: its SHA-256 is {hash}, and that of {FileName} "
                + $"from {s_published.Address} begins with {HashStart}.");
    }

    static string Folder(DataOptions options) => options.CacheDirectory ?? DeviceOptions.UserCacheFolder() ?? options.Cache;
}
