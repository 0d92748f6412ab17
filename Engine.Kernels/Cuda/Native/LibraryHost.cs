using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>What the search for libraries asks of the operating system; tests answer in its place.</summary>
class LibraryHost
{
    public virtual bool IsWindows => OperatingSystem.IsWindows();

    /// <summary>An environment variable, or null where it is unset or empty.</summary>
    public virtual string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    public virtual bool FileExists(string path) => File.Exists(path);

    /// <summary>Subfolders that match a pattern, the highest name first; none where the folder cannot be read.</summary>
    public virtual IReadOnlyList<string> Folders(string parent, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(parent, pattern).OrderDescending(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Files of a folder that match a pattern; none where the folder cannot be read.</summary>
    public virtual IReadOnlyList<string> Files(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Loads a file, or a bare name by the loader's path; 0 and the loader's reason where that fails.</summary>
    public virtual nint Load(string path, out string? reason)
    {
        reason = null;
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            reason = Path.IsPathRooted(path) ? e.Message.ReplaceLineEndings(" ").Trim() : "not on the loader's path";
            return 0;
        }
    }

    /// <summary>An exported symbol's address, or 0.</summary>
    public virtual nint Export(nint library, string symbol) =>
        NativeLibrary.TryGetExport(library, symbol, out nint address) ? address : 0;
}
