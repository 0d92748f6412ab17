namespace Ssgan.Gan.Data.Containers.Parquet;

/// <summary>
/// Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md), as much of it as Parquet's headers are
/// written in. No length is believed before it is held against the bytes that there are.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    internal const int True = 1, False = 2, Byte = 3, I64 = 6, Double = 7, Binary = 8, List = 9, Set = 10, Map = 11, Struct = 12;

    const int MaxDepth = 32;

    readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    internal int At { get; private set; }

    /// <summary>The next field of a struct: its number and type; false at the struct's end.</summary>
    /// <param name="field">The number of the field before, 0 before the first.</param>
    /// <param name="type">Its type; of a truth value its value.</param>
    internal bool Next(ref int field, out int type)
    {
        byte header = Take();
        type = header & 15;
        if (header == 0) return false;
        field = header >> 4 is > 0 and int delta ? field + delta : (int)Signed();
        return true;
    }

    /// <summary>A number written zigzag.</summary>
    internal long Signed()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>The number of elements of a list, and their type.</summary>
    internal int Elements(out int type)
    {
        byte header = Take();
        type = header & 15;
        ulong count = header >> 4 < 15 ? (ulong)(header >> 4) : Unsigned();
        // Each has one byte at least.
        if (count > (ulong)(_bytes.Length - At)) throw Damaged();
        return (int)count;
    }

    /// <summary>A text or bytes.</summary>
    internal ReadOnlySpan<byte> Text()
    {
        ulong length = Unsigned();
        if (length > (ulong)(_bytes.Length - At)) throw Damaged();
        ReadOnlySpan<byte> text = _bytes.Slice(At, (int)length);
        At += (int)length;
        return text;
    }

    /// <summary>Passes over a value.</summary>
    internal void Skip(int type, int depth = 0)
    {
        if (depth == MaxDepth) throw Damaged();
        switch (type)
        {
            case True or False: break;
            case Byte: Take(); break;
            case > Byte and <= I64: Unsigned(); break;
            case Double: for (int i = 0; i < 8; i++) Take(); break;
            case Binary: Text(); break;
            case List or Set:
                int count = Elements(out int element);
                // Truth values in a list have a byte each.
                for (int i = 0; i < count; i++) Skip(element is True or False ? Byte : element, depth + 1);
                break;
            case Map:
                ulong pairs = Unsigned();
                if (pairs > (ulong)(_bytes.Length - At)) throw Damaged();
                if (pairs == 0) break;
                byte kinds = Take();
                for (ulong i = 0; i < pairs; i++)
                {
                    Skip(kinds >> 4, depth + 1);
                    Skip(kinds & 15, depth + 1);
                }
                break;
            case Struct:
                for (int field = 0; Next(ref field, out int inner);) Skip(inner, depth + 1);
                break;
            default: throw Damaged();
        }
    }

    ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw Damaged();
    }

    byte Take() => At < _bytes.Length ? _bytes[At++] : throw Damaged();

    static DatasetException Damaged() => new("is damaged (a header of it is cut off or wrong)");
}
