using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// Ready-made images in one file. Layout, little-endian: magic (8 bytes), version I32, size I32, count I64, notes length I32,
/// classes length I32, content hash (32), checksum (32), zeros up to 128; then count images of (size, size, 3) bytes; then, where
/// there are classes, count labels I32 and the classes' names; then notes. Names and notes are UTF-8, separated by NUL. The
/// checksum is the SHA-256 of all that follows the header and of the first 64 header bytes, in this order.
/// </summary>
internal sealed class PackFile : IDisposable
{
    internal const int HeaderBytes = 128, HashedHeaderBytes = 64, ChecksumAt = 64, Version = 2, MaxNotesBytes = 1 << 24;

    internal static ReadOnlySpan<byte> Magic => "SSGNPACK"u8;

    const string Misfit = "has another length than its header says";

    readonly SafeFileHandle _handle;
    readonly string _path;

    PackFile(SafeFileHandle handle, string path, int size, long count, ImageLabels labels, string[] notes, byte[] contentHash)
    {
        _handle = handle;
        _path = path;
        Size = size;
        Count = count;
        Labels = labels;
        Notes = notes;
        Hash = contentHash;
    }

    internal int Size { get; }

    internal long Count { get; }

    internal ImageLabels Labels { get; }

    internal string[] Notes { get; }

    internal byte[] Hash { get; }

    int ImageBytes => Size * Size * 3;

    /// <summary>Thread-safe: each read names its own position.</summary>
    internal void Read(long index, Span<byte> pixels)
    {
        try
        {
            for (long at = HeaderBytes + index * ImageBytes; pixels.Length > 0;)
            {
                int read = RandomAccess.Read(_handle, pixels, at);
                if (read == 0) throw new DatasetException($"{_path} was cut short while it was in use.");
                pixels = pixels[read..];
                at += read;
            }
        }
        catch (IOException e)
        {
            throw new DatasetException($"{_path} cannot be read: {e.Message}", e);
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// Where the pack of a key is kept. Each version has its own name, so that programs of different age share a cache directory.
    /// </summary>
    internal static string PathIn(string cache, byte[] key) =>
        Path.Combine(cache, $"{ContentHash.Hex(key)}.v{Version}.pack");

    /// <summary>Opens the pack at <paramref name="path"/>; where it is missing or damaged, builds it first.</summary>
    internal static PackFile OpenOrBuild(string path, int size, DataOptions options, Action<PackWriter> build,
        CancellationToken cancellation) => OpenOrMake(path, size, options, () => AtomicFile.Write(path, stream =>
        {
            using var writer = new PackWriter(stream, size);
            build(writer);
            writer.Finish();
        }), cancellation);

    /// <summary>The same where the build has its own way to bring the file to its place.</summary>
    internal static PackFile OpenOrMake(string path, int size, DataOptions options, Action make, CancellationToken cancellation)
    {
        if (File.Exists(path))
        {
            (PackFile? pack, string? damage) = TryOpen(path, size, options.Progress, cancellation);
            if (pack is not null) return pack;
            options.Notice?.Invoke($"The packed copy {path} {damage}: it is built again.");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        make();
        (PackFile? built, string? reason) = TryOpen(path, size, options.Progress, cancellation);
        return built ?? throw new DatasetException($"The packed copy {path} {reason} right after it was written.");
    }

    /// <summary>"1,000 images of 64x64", by the header alone.</summary>
    internal static string Describe(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path);
        byte[] header = new byte[HeaderBytes];
        return Fill(handle, header, 0) && header.AsSpan().StartsWith(Magic)
            ? $"{BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)):N0} images of {I32(header, 12)}x{I32(header, 12)}"
            : "no pack, or a damaged one";
    }

    /// <summary>The pack, or what is wrong with it.</summary>
    internal static (PackFile? Pack, string? Damage) TryOpen(string path, int size, IProgress<DataProgress>? progress,
        CancellationToken cancellation) => TryOpen(path, size, whole: true, progress, cancellation);

    /// <summary>A pack that is known to be as it was written, whose images are not read; null where that cannot be.</summary>
    internal static PackFile? OpenKnown(string path, int size) => TryOpen(path, size, whole: false, null, default).Pack;

    static (PackFile? Pack, string? Damage) TryOpen(string path, int size, bool whole, IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        PackFile? pack = null;
        try
        {
            (pack, string? damage) = Verify(handle, path, size, whole, progress, cancellation);
            return (pack, damage);
        }
        finally
        {
            if (pack is null) handle.Dispose();
        }
    }

    static (PackFile?, string?) Verify(SafeFileHandle handle, string path, int size, bool whole,
        IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderBytes];
        long length = RandomAccess.GetLength(handle);
        if (!Fill(handle, header, 0) || !header.AsSpan().StartsWith(Magic)) return (null, "is not a pack");
        if (I32(header, 8) != Version || I32(header, 12) != size) return (null, "is of another version or size");
        long count = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16));
        int imageBytes = size * size * 3, notesLength = I32(header, 24), classesLength = I32(header, 28);
        // Compared with the file's true length before anything is allocated for them.
        if (count <= 0 || count > length / imageBytes || notesLength is < 0 or > MaxNotesBytes || classesLength < 0)
            return (null, Misfit);
        long images = HeaderBytes + count * imageBytes, labelsLength = classesLength == 0 ? 0 : count * sizeof(int);
        long restLength = labelsLength + classesLength + notesLength;
        if (images + restLength != length || restLength > Array.MaxLength) return (null, Misfit);

        using var hash = new Sha256();
        byte[] buffer = new byte[1 << 18];
        var gate = new ProgressGate(progress, "verify", images - HeaderBytes);
        for (long at = HeaderBytes; whole && at < images;)
        {
            cancellation.ThrowIfCancellationRequested();
            int part = (int)Math.Min(buffer.Length, images - at);
            if (!Fill(handle, buffer.AsSpan(0, part), at)) return (null, "is cut short");
            hash.AppendData(buffer.AsSpan(0, part));
            at += part;
            gate.Add(part);
        }
        byte[] rest = new byte[restLength];
        if (!Fill(handle, rest, images)) return (null, "is cut short");
        hash.AppendData(rest);
        hash.AppendData(header.AsSpan(0, HashedHeaderBytes));
        if (whole && !hash.GetHashAndReset().AsSpan().SequenceEqual(header.AsSpan(ChecksumAt, 32)))
            return (null, "is damaged (its checksum differs)");
        string[] classes = Lines(rest.AsSpan((int)labelsLength, classesLength));
        if (LabelsOf(rest.AsSpan(0, (int)labelsLength), classes) is not { } labels)
            return (null, "has a label that is none of its classes");
        string[] notes = Lines(rest.AsSpan((int)labelsLength + classesLength));
        return (new PackFile(handle, path, size, count, labels, notes, header.AsSpan(32, 32).ToArray()), null);
    }

    static string[] Lines(ReadOnlySpan<byte> text) => text.IsEmpty ? [] : Encoding.UTF8.GetString(text).Split('\0');

    // Null where one is out of range.
    static ImageLabels? LabelsOf(ReadOnlySpan<byte> bytes, string[] classes)
    {
        int[] labels = new int[bytes.Length / sizeof(int)];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
            if ((uint)labels[i] >= (uint)classes.Length) return null;
        }
        return new ImageLabels(classes, labels);
    }

    static int I32(byte[] header, int at) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(at));

    static bool Fill(SafeFileHandle handle, Span<byte> buffer, long at)
    {
        while (buffer.Length > 0)
        {
            int read = RandomAccess.Read(handle, buffer, at);
            if (read == 0) return false;
            buffer = buffer[read..];
            at += read;
        }
        return true;
    }
}
