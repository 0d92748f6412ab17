using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Ssgan.Gan.Data.Containers.Parquet;

/// <summary>
/// The pages of one column in one row group (apache/parquet-format: README.md, Encodings.md): data pages of version 1 and 2 in
/// the encodings PLAIN and RLE_DICTIONARY, not compressed or by Snappy or gzip.
/// </summary>
internal sealed class ParquetPages(SafeFileHandle file, ParquetColumn column, ParquetChunk chunk)
{
    /// <summary>A data page.</summary>
    internal sealed class Page(long offset, int first, int rows)
    {
        /// <summary>Of its header in the file.</summary>
        internal long Offset => offset;

        /// <summary>The number of its first row in the row group.</summary>
        internal int First => first;

        /// <summary>How many rows it has.</summary>
        internal int Rows => rows;
    }

    const int MaxHeader = 1 << 14, MaxPage = 1 << 30;
    const int DataPage = 0, DictionaryPage = 2, DataPage2 = 3, Plain = 0, PlainDictionary = 2, RleDictionary = 8;
    const int None = 0, SnappyCodec = 1, Gzip = 2;

    struct Header
    {
        internal int Kind, Unpacked, Packed, Values, Encoding, Bytes, Levels;
        internal bool IsPacked;
    }

    object[]? _dictionary;

    /// <summary>Looks from header to header.</summary>
    internal List<Page> List()
    {
        if (column.IsRepeated) throw new DatasetException($"has lists in its column {column.Path}");
        var pages = new List<Page>();
        int rows = 0;
        for (long at = chunk.Offset, end = chunk.Offset + chunk.Bytes; rows < chunk.Values;)
        {
            if (at >= end) throw Damaged();
            Header header = HeaderAt(at);
            if (header.Kind is DataPage or DataPage2)
            {
                if (header.Values <= 0 || header.Values > chunk.Values - rows) throw Damaged();
                pages.Add(new(at, rows, header.Values));
                rows += header.Values;
            }
            at += header.Bytes + (long)header.Packed;
        }
        return pages;
    }

    /// <summary>The values of a page, one for each row: bytes, a number, or null for none.</summary>
    internal object?[] Read(Page page)
    {
        Header header = HeaderAt(page.Offset);
        (byte[] bytes, int levelBytes) = Contents(page.Offset, header);
        ReadOnlySpan<byte> rest = bytes;
        int[] levels = [];
        if (column.MaxDefinition > 0)
        {
            int length = levelBytes;
            if (header.Kind == DataPage)
            {
                if (rest.Length < 4) throw Damaged();
                length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                rest = rest[4..];
            }
            if (length < 0 || length > rest.Length) throw Damaged();
            levels = Hybrid(rest[..length], BitsOf(column.MaxDefinition), header.Values);
            rest = rest[length..];
        }
        int there = levels.Length == 0 ? header.Values : levels.AsSpan().Count(column.MaxDefinition);
        object[] values = header.Encoding switch
        {
            Plain => PlainValues(rest, there),
            PlainDictionary or RleDictionary => FromDictionary(rest, there),
            _ => throw new DatasetException($"has the encoding {header.Encoding} in its column {column.Path}, which is not read"),
        };
        if (levels.Length == 0) return values;
        object?[] all = new object?[header.Values];
        for (int i = 0, next = 0; i < all.Length; i++)
            if (levels[i] == column.MaxDefinition) all[i] = values[next++];
        return all;
    }

    object[] FromDictionary(ReadOnlySpan<byte> bytes, int count)
    {
        _dictionary ??= Dictionary();
        if (count == 0) return [];
        if (bytes.IsEmpty || bytes[0] > 32) throw Damaged();
        int[] places = Hybrid(bytes[1..], bytes[0], count);
        var values = new object[count];
        for (int i = 0; i < count; i++)
            values[i] = (uint)places[i] < (uint)_dictionary.Length ? _dictionary[places[i]] : throw Damaged();
        return values;
    }

    object[] Dictionary()
    {
        Header header = HeaderAt(chunk.Offset);
        if (header.Kind != DictionaryPage) throw Damaged();
        return PlainValues(Contents(chunk.Offset, header).Bytes, header.Values);
    }

    object[] PlainValues(ReadOnlySpan<byte> bytes, int count)
    {
        int least = column.Type == ParquetSchema.Int64 ? 8 : 4;
        if (count < 0 || (long)count * least > bytes.Length) throw Damaged();
        var values = new object[count];
        for (int i = 0; i < count; i++)
            switch (column.Type)
            {
                case ParquetSchema.Int32:
                    values[i] = (long)BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
                    break;
                case ParquetSchema.Int64:
                    values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]);
                    break;
                case ParquetSchema.ByteArray:
                    if (bytes.Length < 4) throw Damaged();
                    int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    if (length < 0 || length > bytes.Length - 4) throw Damaged();
                    values[i] = bytes.Slice(4, length).ToArray();
                    bytes = bytes[(4 + length)..];
                    break;
                default: throw new DatasetException($"has another type than bytes and whole numbers in its column {column.Path}");
            }
        return values;
    }

    (byte[] Bytes, int Levels) Contents(long offset, Header header)
    {
        byte[] packed = new byte[header.Packed];
        if (TarIndex.Fill(file, packed, offset + header.Bytes) < packed.Length) throw new DatasetException("is cut short");
        if (chunk.Codec == None || !header.IsPacked) return (packed, header.Levels);
        // Version 2 leaves the levels before the values as they are.
        int plain = header.Kind == DataPage2 ? header.Levels : 0;
        if (plain > packed.Length || plain > header.Unpacked) throw Damaged();
        byte[] bytes = new byte[header.Unpacked];
        packed.AsSpan(0, plain).CopyTo(bytes);
        if (chunk.Codec == SnappyCodec) Snappy.Decompress(packed.AsSpan(plain), bytes.AsSpan(plain));
        else if (chunk.Codec == Gzip) Gunzip(packed, plain, bytes);
        else
            throw new DatasetException($"is compressed by codec {chunk.Codec}, and Snappy (1) and gzip (2) are read; "
                + "pyarrow's write_table(..., compression=\"snappy\") writes it so");
        return (bytes, header.Levels);
    }

    static void Gunzip(byte[] packed, int at, byte[] bytes)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed, at, packed.Length - at), CompressionMode.Decompress);
            gzip.ReadExactly(bytes.AsSpan(at));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged();
        }
    }

    Header HeaderAt(long offset)
    {
        byte[] bytes = new byte[MaxHeader];
        int got = offset < 0 ? 0 : TarIndex.Fill(file, bytes, offset);
        var reader = new ThriftReader(bytes.AsSpan(0, got));
        int kind = -1, unpacked = -1, packed = -1, values = 0, encoding = Plain, levels = 0;
        bool isPacked = true;
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 1: kind = (int)reader.Signed(); break;
                case 2: unpacked = (int)reader.Signed(); break;
                case 3: packed = (int)reader.Signed(); break;
                case 5 or 7 or 8 when type == ThriftReader.Struct:
                    ReadInner(ref reader, field == 8, ref values, ref encoding, ref levels, ref isPacked);
                    break;
                default: reader.Skip(type); break;
            }
        if (packed is < 0 or > MaxPage || unpacked is < 0 or > MaxPage || packed > RandomAccess.GetLength(file) - offset
            || levels < 0) throw Damaged();
        return new()
        {
            Kind = kind, Unpacked = unpacked, Packed = packed, Values = values, Encoding = encoding, Bytes = reader.At,
            Levels = levels, IsPacked = isPacked,
        };
    }

    static void ReadInner(ref ThriftReader reader, bool second, ref int values, ref int encoding, ref int levels,
        ref bool isPacked)
    {
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 1: values = (int)reader.Signed(); break;
                case 2 when !second: encoding = (int)reader.Signed(); break;
                case 4 when second: encoding = (int)reader.Signed(); break;
                // Bytes of the definition levels and of the repetition levels, which are none here.
                case 5 or 6 when second: levels += (int)reader.Signed(); break;
                case 7 when second: isPacked = type == ThriftReader.True; break;
                default: reader.Skip(type); break;
            }
    }

    /// <summary>Numbers of so many bits, in runs of one value and in groups of eight packed ones.</summary>
    static int[] Hybrid(ReadOnlySpan<byte> bytes, int bits, int count)
    {
        int[] values = new int[count];
        int width = (bits + 7) / 8, at = 0;
        for (int next = 0; next < count;)
        {
            uint header = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (at == bytes.Length || shift > 28) throw Damaged();
                byte part = bytes[at++];
                header |= (uint)(part & 0x7F) << shift;
                if (part < 0x80) break;
            }
            if ((header & 1) == 0)
            {
                int run = (int)Math.Min(header >> 1, (uint)(count - next)), value = 0;
                if (run == 0 || width > bytes.Length - at) throw Damaged();
                for (int i = 0; i < width; i++) value |= bytes[at++] << 8 * i;
                values.AsSpan(next, run).Fill(value);
                next += run;
                continue;
            }
            long packed = (long)(header >> 1) * 8;
            if (packed == 0) throw Damaged();
            // The last group may be cut off behind the last value.
            for (long i = 0; i < packed && next < count; i++, next++)
            {
                ulong value = 0;
                for (int b = 0; b < bits; b++)
                {
                    long bit = i * bits + b;
                    if (at + bit / 8 >= bytes.Length) throw Damaged();
                    value |= (ulong)(bytes[(int)(at + bit / 8)] >> (int)(bit % 8) & 1) << b;
                }
                values[next] = (int)value;
            }
            at = (int)Math.Min(bytes.Length, at + packed * bits / 8);
        }
        return values;
    }

    static int BitsOf(int largest) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)largest);

    static DatasetException Damaged() => new("is damaged (a page of it is wrong)");
}
