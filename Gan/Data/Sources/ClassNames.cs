using System.Text;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The file of class names that published sets come with: UTF-8 text, one name a line. A set is read without it too; where it
/// cannot be right, the published names are taken and the user is told.
/// </summary>
internal static class ClassNames
{
    const int MaxBytes = 1 << 16;

    /// <summary>From a file that may be missing.</summary>
    internal static string[] FromFile(string path, string[] published, DataOptions options)
    {
        if (!File.Exists(path)) return published;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return From(path, stream.Length, stream.ReadExactly, published, options);
    }

    /// <summary>From the current entry of an archive.</summary>
    internal static string[] FromArchive(string path, TarGz tar, string[] published, DataOptions options) =>
        From($"{path} ({tar.Name})", tar.Length, text => tar.TryRead(text), published, options);

    static string[] From(string file, long length, ReadText read, string[] published, DataOptions options)
    {
        string? fault = length > MaxBytes ? $"has {length} bytes" : null;
        if (fault is null)
        {
            byte[] text = new byte[length];
            read(text);
            string[] names = Encoding.UTF8.GetString(text)
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            fault = Fault(names, published.Length);
            if (fault is null) return names;
        }
        options.Notice?.Invoke($"{file} {fault}: classes get their published names.");
        return published;
    }

    // Names are shown, and tell classes apart.
    static string? Fault(string[] names, int count)
    {
        if (names.Length != count) return $"has {names.Length} name{(names.Length == 1 ? "" : "s")} instead of {count}";
        if (names.Any(static name => name.Any(char.IsControl))) return "has control characters in its names";
        string? twice = names.GroupBy(static name => name).FirstOrDefault(static g => g.Count() > 1)?.Key;
        return twice is null ? null : $"has the name {twice} twice";
    }

    delegate void ReadText(Span<byte> text);
}
