using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// Folders whose names outlast a loss of power. A name is an entry of the folder above, and on Unix reaches the disk for certain
/// only when that folder is flushed; flushing what is inside does not bring it there.
/// </summary>
public static partial class DurableFolder
{
    /// <summary>Makes a folder, and those above it that are missing; all their names reach the disk.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Create(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(full)) return;
        string? above = Path.GetDirectoryName(full);
        if (above is not null) Create(above);
        Directory.CreateDirectory(full);
        if (above is not null) Flush(above);
    }

    /// <summary>Renames a folder; the new name is on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be renamed, or something has the new name.</exception>
    public static void Move(string from, string to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Directory.Move(from, to);
        Flush(Above(to));
        if (Above(from) != Above(to)) Flush(Above(from));
    }

    /// <summary>Brings the names in a folder to the disk: what was made, renamed and deleted there.</summary>
    public static void Flush(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        // .NET opens no folders, and Windows logs renames itself. The result is no error: names are in place for everyone who
        // looks, and some file systems (network ones) refuse to flush a folder.
        if (OperatingSystem.IsWindows()) return;
        int descriptor = OpenFile(path, 0);
        if (descriptor < 0) return;
        _ = SyncFile(descriptor);
        _ = CloseFile(descriptor);
    }

    static string Above(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) ?? path;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseFile(int descriptor);
}
