using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// Writes safetensors files. The same items give the same bytes: entries stand in the order given, but types with larger
/// elements come first so that every tensor is aligned to its element; metadata is sorted by key; the header is padded with
/// spaces to 8 bytes.
/// </summary>
public static class SafetensorsWriter
{
    const int Alignment = 8;
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a file atomically: whoever opens <paramref name="path"/> sees the old file or the whole new one.</summary>
    /// <exception cref="SafetensorsException">
    /// A name is repeated, reserved or not Unicode, a shape is bad, or a provider gives another number of bytes.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SafetensorsItem> items,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(items);
        AtomicFile.Write(path, stream => Write(stream, items, metadata, path));
    }

    /// <summary>Writes to a stream from its current position; <paramref name="name"/> is what error messages call it.</summary>
    /// <exception cref="SafetensorsException">
    /// A name is repeated, reserved or not Unicode, a shape is bad, or a provider gives another number of bytes.
    /// </exception>
    public static void Write(
        Stream stream, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null,
        string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(name);
        var ordered = items.OrderByDescending(static item => item.DType.Size()).ToArray(); // A stable sort.
        long[] sizes = Check(name, ordered);
        stream.Write(Header(name, ordered, sizes, metadata));
        for (int i = 0; i < ordered.Length; i++)
        {
            using var counted = new CountingStream(stream);
            ordered[i].Write(counted);
            if (counted.Count != sizes[i])
                throw SafetensorsException.Entry(name, ordered[i].Name,
                    $"needs {sizes[i]} bytes, but {counted.Count} were provided");
        }
    }

    static long[] Check(string file, SafetensorsItem[] items)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        long[] sizes = new long[items.Length];
        long total = 0;
        for (int i = 0; i < items.Length; i++)
        {
            var item = items[i];
            CheckText(file, item.Name);
            if (item.Name == SafetensorsHeader.MetadataKey)
                throw SafetensorsException.Entry(file, item.Name, "has a name that the format reserves");
            if (!names.Add(item.Name)) throw SafetensorsException.Entry(file, item.Name, "is given twice");
            string shape = $"({string.Join(", ", item.Shape)})";
            if (item.Shape.Length > SafetensorsHeader.MaxRank)
                throw SafetensorsException.Entry(file, item.Name,
                    $"has {item.Shape.Length} dimensions, more than the {SafetensorsHeader.MaxRank} allowed");
            if (item.Shape.Any(static dim => dim < 0))
                throw SafetensorsException.Entry(file, item.Name, $"has a negative dimension in its shape {shape}");
            if (item.DType.ByteLength(item.Shape) is not { } size || size > long.MaxValue - total)
                throw SafetensorsException.Entry(file, item.Name, $"has a shape {shape} whose size overflows 2^63 bytes");
            sizes[i] = size;
            total += size;
        }
        return sizes;
    }

    // A lone surrogate would be replaced silently, and the file could not be read back under the same name.
    static void CheckText(string file, string text)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw SafetensorsException.File(file, "a name or metadata string is not valid Unicode text", e);
        }
    }

    static ReadOnlySpan<byte> Header(string file, SafetensorsItem[] items, long[] sizes,
        IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(new byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                {
                    CheckText(file, key);
                    CheckText(file, value);
                    json.WriteString(key, value);
                }
                json.WriteEndObject();
            }
            long offset = 0;
            for (int i = 0; i < items.Length; i++) WriteEntry(json, items[i], offset, offset += sizes[i]);
            json.WriteEndObject();
        }
        int padding = (Alignment - buffer.WrittenCount % Alignment) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        int length = header.Length - sizeof(ulong);
        if (length > SafetensorsHeader.MaxBytes)
            throw SafetensorsException.File(file,
                $"the header would have {length} bytes, more than the {SafetensorsHeader.MaxBytes} allowed");
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        return header;
    }

    static void WriteEntry(Utf8JsonWriter json, SafetensorsItem item, long begin, long end)
    {
        json.WriteStartObject(item.Name);
        json.WriteString("dtype", item.DType.Name());
        json.WriteStartArray("shape");
        foreach (long dim in item.Shape) json.WriteNumberValue(dim);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
