using System.Globalization;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// What a look at folders tells of files without opening any: a hash over names, sizes and times of change, and the latest of
/// these. Files with the same stamp are taken for the same.
/// </summary>
internal sealed class Stamp(string hash, DateTime newest)
{
    /// <summary>A file as a listing shows it.</summary>
    internal sealed class Seen(string name, long bytes, DateTime changed)
    {
        internal string Name => name;

        internal long Bytes => bytes;

        internal DateTime Changed => changed;
    }

    internal string Hash => hash;


    // File systems keep times as coarse as two seconds (FAT): what changed just now may change again and keep its time.
    static readonly TimeSpan s_coarsest = TimeSpan.FromSeconds(2);

    /// <summary>Whether another change would show, had the files been looked at at a time.</summary>
    internal bool IsSettled(DateTime lookedAt) => newest < lookedAt - s_coarsest;

    /// <summary>Of files by name.</summary>
    internal static Stamp Of(IReadOnlyList<Seen> files)
    {
        using var hash = new Sha256();
        DateTime newest = DateTime.MinValue;
        foreach (Seen file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{file.Name}\0{file.Bytes} {file.Changed.Ticks}\0")));
            if (file.Changed > newest) newest = file.Changed;
        }
        return new(ContentHash.Hex(hash.GetHashAndReset()), newest);
    }

    /// <summary>Of files by path; one that is not there has no size.</summary>
    internal static Stamp OfFiles(IEnumerable<string> paths)
    {
        var files = new List<Seen>();
        foreach (string path in paths)
        {
            var file = new FileInfo(path);
            files.Add(file.Exists ? new(path, file.Length, file.LastWriteTimeUtc) : new(path, -1, DateTime.MinValue));
        }
        return Of(files);
    }
}
