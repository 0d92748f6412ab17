using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>What a file in a folder of images is.</summary>
internal enum FileKind
{
    /// <summary>A PNG, JPEG, WebP or BMP image by its first bytes, or by its name: then decoding has the last word.</summary>
    Image,

    /// <summary>Neither by name nor by first bytes.</summary>
    Other,

    /// <summary>A sheet that this library wrote.</summary>
    Sheet,

    /// <summary>A pipe, socket or device, which might never end.</summary>
    Special,

    /// <summary>It cannot be opened, and its name is no image's.</summary>
    Unreadable,
}

/// <summary>Tells images from other files.</summary>
internal static partial class ImageFiles
{
    // A file of such a name is an image or a damaged one, and refused if it cannot be read; others are left out then.
    static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib"];

    internal static bool IsNamedSo(string name) => Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    internal static FileKind Of(string path)
    {
        bool named = IsNamedSo(path);
        try
        {
            using SafeFileHandle handle = Open(path);
            using var stream = new FileStream(handle, FileAccess.Read, 0);
            if (!stream.CanSeek) return FileKind.Special;
            Span<byte> head = stackalloc byte[SheetMark.HeadBytes];
            head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            // Devices that give bytes without having a length.
            if (head.Length > 0 && stream.Length == 0) return FileKind.Special;
            if (SheetMark.IsIn(head)) return FileKind.Sheet;
            return named || IsImage(head) ? FileKind.Image : FileKind.Other;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return named ? FileKind.Image : FileKind.Unreadable;
        }
    }

    /// <summary>
    /// By the signatures of the four formats. BMP's is two letters that a text may begin with, so its header's length must be
    /// known too.
    /// </summary>
    internal static bool IsImage(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])
        || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8)
        || head.Length >= 18 && head.StartsWith("BM"u8)
            && BinaryPrimitives.ReadInt32LittleEndian(head[14..]) is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124;

    // Opening a pipe waits for its writer unless asked not to, which .NET cannot ask; reading a plain file is not changed by it.
    static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // O_RDONLY | O_NONBLOCK | O_CLOEXEC.
        const int linux = 0x800 | 0x80000, bsd = 0x4 | 0x1000000;
        int descriptor = OpenFile(path, OperatingSystem.IsLinux() ? linux : bsd);
        if (descriptor < 0) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);
}
