using System.Globalization;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// What a look at folders tells of files without opening any: a hash over names, sizes and times of change, and the latest of
/// these. Files with the same stamp are taken for the same.
/// </summary>
internal sealed record Stamp(string Hash, DateTime Newest)
{
    // File systems keep times as coarse as two seconds (FAT): what changed just now may change again and keep its time.
    static readonly TimeSpan s_coarsest = TimeSpan.FromSeconds(2);

    /// <summary>Whether another change would show, had the files been looked at at a time.</summary>
    internal bool IsSettled(DateTime lookedAt) => Newest < lookedAt - s_coarsest;

    /// <summary>Of files by name.</summary>
    internal static Stamp Of(IEnumerable<(string Name, long Bytes, DateTime Changed)> files)
    {
        using var hash = new Sha256();
        DateTime newest = DateTime.MinValue;
        foreach (var (name, bytes, changed) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{name}\0{bytes} {changed.Ticks}\0")));
            if (changed > newest) newest = changed;
        }
        return new(ContentHash.Hex(hash.GetHashAndReset()), newest);
    }

    /// <summary>Of files by path; one that is not there has no size.</summary>
    internal static Stamp OfFiles(IEnumerable<string> paths) => Of(paths.Select(static path =>
    {
        var file = new FileInfo(path);
        return file.Exists ? (path, file.Length, file.LastWriteTimeUtc) : (path, -1L, DateTime.MinValue);
    }));
}
