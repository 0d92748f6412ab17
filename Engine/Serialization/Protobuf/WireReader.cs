using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Engine.Serialization.Protobuf;

/// <summary>
/// Reads protobuf's wire format without generated classes: the fields of a message one after another, each within its message, so
/// that no length can lead beyond the file. Payloads stay where they are until they are asked for.
/// </summary>
/// <remarks>
/// Google.Protobuf would cost a program compiled ahead 29 to 37 KB, and could read no more than single numbers for us: the limits
/// that keep a nested message inside its parent, and skipping a payload whose place is wanted, are internal to its
/// CodedInputStream.
/// </remarks>
sealed class WireReader(FileBytes bytes, string name)
{
    const int MaxVarint = 10, MaxText = 1 << 16;

    readonly byte[] _window = new byte[1 << 12];
    long _start;
    int _length;

    /// <summary>The fields of the message from <paramref name="at"/> to <paramref name="end"/>.</summary>
    public IEnumerable<WireField> Fields(long at, long end)
    {
        while (at < end)
        {
            var field = Next(at, end);
            yield return field;
            at = field.End;
        }
    }

    WireField Next(long at, long end)
    {
        ulong tag = Varint(ref at, end);
        if (tag >> 3 is 0 or > int.MaxValue >> 2) throw Damaged("a field has an impossible number");
        var (number, type, value) = ((int)(tag >> 3), (WireType)(tag & 7), 0UL);
        long length = 0;
        switch (type)
        {
            case WireType.Varint: value = Varint(ref at, end); break;
            case WireType.Fixed64: length = sizeof(ulong); break;
            case WireType.Fixed32: length = sizeof(uint); break;
            case WireType.Bytes: length = (long)Math.Min(Varint(ref at, end), long.MaxValue); break;
            default: throw Damaged($"field {number} is stored in the unknown way {(int)type}");
        }
        if (length > end - at) throw Damaged($"field {number} claims {length} bytes where {end - at} are left");
        return new WireField(number, type, value, at, at + length);
    }

    /// <summary>The number at <paramref name="at"/>, 7 bits a byte, which moves on.</summary>
    public ulong Varint(ref long at, long end)
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarint; i++)
        {
            if (at >= end) throw Damaged("a number is cut off");
            byte b = Byte(at++);
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80) return value;
        }
        throw Damaged($"a number has more than {MaxVarint} bytes");
    }

    /// <summary>Numbers of a repeated field, which is one of them or all of them packed.</summary>
    public IEnumerable<long> Integers(WireField field)
    {
        if (field.Type == WireType.Varint) yield return (long)field.Value;
        for (long at = field.Begin; at < field.End;) yield return (long)Varint(ref at, field.End);
    }

    /// <summary>Singles of a repeated field, which is one of them or all of them packed.</summary>
    public IEnumerable<float> Singles(WireField field)
    {
        if (field.Length % sizeof(float) != 0) throw Damaged($"field {field.Number} of {field.Length} bytes holds no singles");
        byte[] value = new byte[sizeof(float)];
        for (long at = field.Begin; at < field.End; at += sizeof(float))
        {
            Read(at, value);
            yield return BinaryPrimitives.ReadSingleLittleEndian(value);
        }
    }

    public string Text(WireField field)
    {
        if (field.Length > MaxText) throw Damaged($"a name has {field.Length} bytes, more than the {MaxText} allowed");
        byte[] text = new byte[field.Length];
        Read(field.Begin, text);
        return Encoding.UTF8.GetString(text);
    }

    public void Read(long at, Span<byte> destination)
    {
        if (!bytes.TryRead(at, destination)) throw Damaged("it became shorter while it was read");
    }

    public TensorFileException Damaged(string what) =>
        TensorFileException.File(name, $"this is no ONNX model, or a damaged one: {what}");

    public TensorFileException Entry(string entry, string what) => TensorFileException.Entry(name, entry, what);

    byte Byte(long at)
    {
        if (at < _start || at >= _start + _length)
        {
            int length = (int)Math.Min(_window.Length, bytes.Length - at);
            Read(at, _window.AsSpan(0, length));
            (_start, _length) = (at, length);
        }
        return _window[at - _start];
    }
}
