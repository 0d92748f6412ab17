using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>Names of an archive's entries, as those of files in a folder.</summary>
internal static class ArchiveNames
{
    /// <summary>With forward slashes and without a leading "./".</summary>
    internal static string Of(string entry)
    {
        string name = entry.Replace('\\', '/');
        while (name.StartsWith("./", StringComparison.Ordinal)) name = name[2..];
        return name;
    }

    /// <summary>Whether a part of a name begins with a dot, or is what macOS writes beside files in archives.</summary>
    internal static bool IsHidden(string name) =>
        name.Split('/').Any(static part => part.StartsWith('.') || part == "__MACOSX");

    /// <summary>
    /// What is left of names when the folders are gone that all of them begin with: an archive is mostly of one folder, whose
    /// name says nothing of its images.
    /// </summary>
    internal static string[] WithoutCommonFolder(IReadOnlyList<string> names)
    {
        string[] rest = [.. names];
        while (rest.Length > 0 && rest[0].IndexOf('/') is > 0 and int end)
        {
            string folder = rest[0][..(end + 1)];
            if (!rest.All(n => n.StartsWith(folder, StringComparison.Ordinal))) break;
            for (int i = 0; i < rest.Length; i++) rest[i] = rest[i][folder.Length..];
        }
        return rest;
    }

    /// <summary>What an entry is, by name and first bytes.</summary>
    internal static FileKind KindOf(string name, ReadOnlySpan<byte> head) => SheetMark.IsIn(head) ? FileKind.Sheet
        : ImageFiles.IsNamedSo(name) || ImageFiles.IsImage(head) ? FileKind.Image : FileKind.Other;
}
