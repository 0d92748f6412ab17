using System.Text;

namespace Ssgan.Gan.Data.Containers.Parquet;

/// <summary>A column of a Parquet file: a leaf of its schema.</summary>
internal sealed class ParquetColumn(string path, int type, int maxDefinition, bool isRepeated)
{
    /// <summary>Names from the root down, with dots.</summary>
    internal string Path => path;

    /// <summary>Parquet's physical type.</summary>
    internal int Type => type;

    /// <summary>How many of its levels may be missing.</summary>
    internal int MaxDefinition => maxDefinition;

    /// <summary>Whether it lies in a list.</summary>
    internal bool IsRepeated => isRepeated;
}

/// <summary>Where a column lies in a row group.</summary>
internal sealed class ParquetChunk
{
    /// <summary>Compression.</summary>
    internal int Codec { get; init; }

    /// <summary>Rows, where it is not repeated.</summary>
    internal long Values { get; init; }

    /// <summary>Of its first page.</summary>
    internal long Offset { get; init; }

    /// <summary>Of all its pages.</summary>
    internal long Bytes { get; init; }
}

/// <summary>The footer of a Parquet file (apache/parquet-format, parquet.thrift): FileMetaData.</summary>
internal sealed class ParquetSchema(ParquetColumn[] columns, List<ParquetChunk[]> groups, byte[] huggingFace)
{
    /// <summary>Leaves of the schema in order.</summary>
    internal ParquetColumn[] Columns => columns;

    /// <summary>For each row group the chunk of each column.</summary>
    internal List<ParquetChunk[]> Groups => groups;

    /// <summary>What Hugging Face's datasets library says of the columns, as JSON; empty where it says nothing.</summary>
    internal byte[] HuggingFace => huggingFace;

    internal const int Int32 = 1, Int64 = 2, ByteArray = 6;
    const int Optional = 1, Repeated = 2, MaxColumns = 1 << 12;

    sealed class Element(string name, int type, int repetition, int children)
    {
        internal string Name => name;

        internal int Type => type;

        internal int Repetition => repetition;

        internal int Children => children;
    }

    internal static ParquetSchema Parse(ReadOnlySpan<byte> footer)
    {
        var reader = new ThriftReader(footer);
        List<Element> elements = [];
        List<ParquetChunk[]> groups = [];
        byte[] huggingFace = [];
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 2 when type == ThriftReader.List:
                    for (int n = reader.Elements(out _); n > 0; n--) elements.Add(ReadElement(ref reader));
                    break;
                case 4 when type == ThriftReader.List:
                    for (int n = reader.Elements(out _); n > 0; n--) groups.Add(ReadGroup(ref reader));
                    break;
                case 5 when type == ThriftReader.List:
                    for (int n = reader.Elements(out _); n > 0; n--)
                        if (ReadPair(ref reader) is { Key: "huggingface", Value: var value }) huggingFace = value;
                    break;
                default: reader.Skip(type); break;
            }
        var columns = new List<ParquetColumn>();
        int at = 1;
        if (elements.Count == 0) throw new DatasetException("has no schema");
        for (int n = elements[0].Children; n > 0; n--) AddLeaves(elements, ref at, "", 0, false, columns);
        if (groups.Exists(g => g.Length != columns.Count)) throw new DatasetException("is damaged (a row group lacks columns)");
        return new([.. columns], groups, huggingFace);
    }

    static void AddLeaves(List<Element> elements, ref int at, string above, int definition, bool repeated,
        List<ParquetColumn> columns)
    {
        if (at >= elements.Count || columns.Count == MaxColumns
            || definition > 16) throw new DatasetException("has a damaged schema");
        Element element = elements[at++];
        string path = above.Length == 0 ? element.Name : $"{above}.{element.Name}";
        definition += element.Repetition is Optional or Repeated ? 1 : 0;
        repeated |= element.Repetition == Repeated;
        if (element.Children == 0) columns.Add(new(path, element.Type, definition, repeated));
        for (int n = element.Children; n > 0; n--) AddLeaves(elements, ref at, path, definition, repeated, columns);
    }

    static Element ReadElement(ref ThriftReader reader)
    {
        string name = "";
        int kind = -1, repetition = 0, children = 0;
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 1: kind = (int)reader.Signed(); break;
                case 3: repetition = (int)reader.Signed(); break;
                case 4 when type == ThriftReader.Binary: name = Encoding.UTF8.GetString(reader.Text()); break;
                case 5: children = (int)reader.Signed(); break;
                default: reader.Skip(type); break;
            }
        return new(name, kind, repetition, children);
    }

    static (string Key, byte[] Value) ReadPair(ref ThriftReader reader)
    {
        string key = "";
        byte[] value = [];
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 1 when type == ThriftReader.Binary: key = Encoding.UTF8.GetString(reader.Text()); break;
                case 2 when type == ThriftReader.Binary: value = reader.Text().ToArray(); break;
                default: reader.Skip(type); break;
            }
        return (key, value);
    }

    static ParquetChunk[] ReadGroup(ref ThriftReader reader)
    {
        List<ParquetChunk> chunks = [];
        for (int field = 0; reader.Next(ref field, out int type);)
        {
            if (field != 1 || type != ThriftReader.List)
            {
                reader.Skip(type);
                continue;
            }
            for (int n = reader.Elements(out _); n > 0; n--) chunks.Add(ReadChunk(ref reader));
        }
        return [.. chunks];
    }

    static ParquetChunk ReadChunk(ref ThriftReader reader)
    {
        var chunk = new ParquetChunk();
        for (int field = 0; reader.Next(ref field, out int type);)
            if (field == 3 && type == ThriftReader.Struct) chunk = ReadColumn(ref reader);
            else reader.Skip(type);
        return chunk;
    }

    static ParquetChunk ReadColumn(ref ThriftReader reader)
    {
        int codec = 0;
        long values = 0, bytes = 0, data = 0, dictionary = 0;
        for (int field = 0; reader.Next(ref field, out int type);)
            switch (field)
            {
                case 4: codec = (int)reader.Signed(); break;
                case 5: values = reader.Signed(); break;
                case 7: bytes = reader.Signed(); break;
                case 9: data = reader.Signed(); break;
                case 11: dictionary = reader.Signed(); break;
                default: reader.Skip(type); break;
            }
        // Some writers leave the dictionary's place 0 where there is none.
        return new()
        {
            Codec = codec, Values = values, Bytes = bytes, Offset = dictionary > 0 ? Math.Min(data, dictionary) : data,
        };
    }
}
