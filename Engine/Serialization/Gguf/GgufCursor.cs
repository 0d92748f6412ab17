using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Engine.Serialization.Gguf;

/// <summary>Reads a GGUF file's head from its beginning; no length leads beyond the file.</summary>
sealed class GgufCursor(FileBytes bytes, string name)
{
    /// <summary>Numbers of gguf_metadata_value_type.</summary>
    public const uint Unsigned32 = 4;
    const uint String = 8, Array = 9;
    const int MaxText = 1 << 16, MaxDepth = 8;

    readonly byte[] _window = new byte[1 << 12];
    long _start;
    int _length;

    /// <summary>Where the next value begins.</summary>
    public long At { get; private set; }

    public uint U32()
    {
        Span<byte> value = stackalloc byte[sizeof(uint)];
        Fill(value);
        return BinaryPrimitives.ReadUInt32LittleEndian(value);
    }

    public ulong U64()
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        Fill(value);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    public string Text()
    {
        ulong length = U64();
        if (length > MaxText) throw Damaged($"a name has {length} bytes, more than the {MaxText} allowed");
        Check((long)length);
        byte[] text = new byte[length];
        Fill(text);
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>Passes over a value of metadata.</summary>
    public void Skip(uint type, int depth = 0)
    {
        if (type == String)
        {
            Pass(U64());
            return;
        }
        if (type != Array)
        {
            Pass((ulong)SizeOf(type));
            return;
        }
        if (depth == MaxDepth) throw Damaged($"its metadata has arrays in arrays, more than {MaxDepth} deep");
        uint inner = U32();
        ulong count = U64();
        if (inner is not (String or Array))
        {
            var total = (UInt128)count * (uint)SizeOf(inner);
            Pass(total > ulong.MaxValue ? ulong.MaxValue : (ulong)total);
            return;
        }
        // Each takes eight bytes at least, so that the file's length bounds the loop.
        for (ulong i = 0; i < count; i++) Skip(inner, depth + 1);
    }

    int SizeOf(uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        10 or 11 or 12 => 8,
        _ => throw Damaged($"its metadata has a value of the unknown type {type}"),
    };

    void Pass(ulong length)
    {
        Check((long)Math.Min(length, long.MaxValue));
        At += (long)length;
    }

    void Check(long length)
    {
        if (length > bytes.Length - At) throw Damaged("it ends early");
    }

    void Fill(Span<byte> destination)
    {
        Check(destination.Length);
        while (destination.Length > 0)
        {
            if (At < _start || At >= _start + _length)
            {
                (_start, _length) = (At, (int)Math.Min(_window.Length, bytes.Length - At));
                if (!bytes.TryRead(_start, _window.AsSpan(0, _length))) throw Damaged("it became shorter while it was read");
            }
            var there = _window.AsSpan((int)(At - _start), (int)Math.Min(destination.Length, _start + _length - At));
            there.CopyTo(destination);
            destination = destination[there.Length..];
            At += there.Length;
        }
    }

    TensorFileException Damaged(string what) => TensorFileException.File(name, what);
}
