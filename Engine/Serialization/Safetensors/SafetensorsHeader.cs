using System.Text.Json;
using System.Text.Unicode;

namespace Ssgan.Engine.Serialization;

/// <summary>One tensor as the header describes it; <paramref name="Begin"/> counts from the first byte of the data.</summary>
readonly record struct SafetensorsRecord(string Name, FileDType DType, long[] Shape, long Begin, long End);

/// <summary>
/// Parses and checks the JSON header: <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__":
/// {"k": "v"}}</c>. The entries must tile the data exactly, so that no byte is hidden and no entry can alias another.
/// </summary>
ref struct SafetensorsHeader
{
    /// <summary>
    /// A longer header is refused, so that a lying length cannot make us allocate; the reference implementation
    /// has the same bound.
    /// </summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>Far above any tensor's rank; bounds what one entry may allocate.</summary>
    public const int MaxRank = 32;

    public const string MetadataKey = "__metadata__";

    readonly string _file;
    Utf8JsonReader _json;

    SafetensorsHeader(string file, ReadOnlySpan<byte> json)
    {
        _file = file;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
    }

    /// <summary>Returns the entries in the order of their data, and the metadata (empty where there is none).</summary>
    public static (List<SafetensorsRecord> Records, Dictionary<string, string> Metadata) Parse(string file,
        ReadOnlySpan<byte> json, long dataBytes)
    {
        if (!Utf8.IsValid(json)) throw SafetensorsException.File(file, "the header is not valid UTF-8");
        var records = new List<SafetensorsRecord>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            new SafetensorsHeader(file, json).Parse(records, metadata);
        }
        // The reader throws InvalidOperationException for an escaped lone surrogate, JsonException for all else.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw SafetensorsException.File(file, "the header is not valid JSON", e);
        }
        CheckTiling(file, records, dataBytes);
        return (records, metadata);
    }

    void Parse(List<SafetensorsRecord> records, Dictionary<string, string> metadata)
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            throw SafetensorsException.File(_file, "the header is not a JSON object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextKey() is { } name)
        {
            if (!names.Add(name)) throw SafetensorsException.Entry(_file, name, "appears twice in the header");
            if (name == MetadataKey) ParseMetadata(metadata);
            else records.Add(ParseRecord(name));
        }
        _json.Read(); // Nothing but white space may follow; the reader throws otherwise.
    }

    // The next property's name, or null at the end of the object.
    string? NextKey()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.EndObject ? null : _json.GetString();
    }

    void ParseMetadata(Dictionary<string, string> metadata)
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            throw SafetensorsException.Entry(_file, MetadataKey, "is not a JSON object");
        while (NextKey() is { } key)
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.String)
                throw SafetensorsException.Entry(_file, MetadataKey,
                    $"holds {TensorFileException.Quote(key)}, which is not a string");
            if (!metadata.TryAdd(key, _json.GetString()!))
                throw SafetensorsException.Entry(_file, MetadataKey, $"holds {TensorFileException.Quote(key)} twice");
        }
    }

    SafetensorsRecord ParseRecord(string name)
    {
        FileDType? type = null;
        long[]? shape = null, offsets = null;
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject) throw SafetensorsException.Entry(_file, name, "is not a JSON object");
        while (NextKey() is { } field)
        {
            bool repeated = field switch { "dtype" => type is not null, "shape" => shape is not null,
                "data_offsets" => offsets is not null, _ => false };
            if (repeated) throw SafetensorsException.Entry(_file, name, $"has the field '{field}' twice");
            switch (field)
            {
                case "dtype": type = ParseType(name); break;
                case "shape": shape = ParseIntegers(name, field); break;
                case "data_offsets": offsets = ParseIntegers(name, field); break;
                default:
                    throw SafetensorsException.Entry(_file, name, $"has the unknown field {TensorFileException.Quote(field)}");
            }
        }
        if (type is null || shape is null || offsets is null)
        {
            string missing = type is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw SafetensorsException.Entry(_file, name, $"has no field '{missing}'");
        }
        if (offsets.Length != 2) throw SafetensorsException.Entry(_file, name, $"has {offsets.Length} data_offsets instead of 2");
        CheckSize(name, type.Value, shape, offsets[0], offsets[1]);
        return new SafetensorsRecord(name, type.Value, shape, offsets[0], offsets[1]);
    }

    FileDType ParseType(string name)
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.String)
            throw SafetensorsException.Entry(_file, name, "has a dtype that is not a string");
        string text = _json.GetString()!;
        return FileDTypes.TryParse(text, out var type)
            ? type
            : throw SafetensorsException.Entry(_file, name, $"has the unknown dtype {TensorFileException.Quote(text)}");
    }

    long[] ParseIntegers(string name, string field)
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartArray)
            throw SafetensorsException.Entry(_file, name, $"has a {field} that is not an array");
        var values = new List<long>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out long value) || value < 0)
                throw SafetensorsException.Entry(_file, name,
                    $"has a {field} with a value that is not a whole number from 0 to 2^63 - 1");
            if (values.Count == MaxRank)
                throw SafetensorsException.Entry(_file, name, $"has a {field} of more than {MaxRank} values");
            values.Add(value);
        }
        return [.. values];
    }

    readonly void CheckSize(string name, FileDType type, long[] shape, long begin, long end)
    {
        string ShapeText() => $"({string.Join(", ", shape)})";
        if (begin > end)
            throw SafetensorsException.Entry(_file, name, $"has data_offsets that run backwards, from {begin} to {end}");
        if (type.ByteLength(shape) is not { } bytes)
            throw SafetensorsException.Entry(_file, name, $"has a shape {ShapeText()} whose size overflows 2^63 bytes");
        if (bytes != end - begin)
            throw SafetensorsException.Entry(_file, name,
                $"has {end - begin} bytes of data, but {type.Name()} {ShapeText()} needs {bytes}");
    }

    static void CheckTiling(string file, List<SafetensorsRecord> records, long dataBytes)
    {
        // Equal begins put the empty entry first, so that the check below sees it before the data it touches.
        records.Sort(static (a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long end = 0;
        foreach (var r in records)
        {
            if (r.Begin < end)
                throw SafetensorsException.Entry(file, r.Name,
                    $"begins at {r.Begin}, inside the entry before it, which ends at {end}");
            if (r.Begin > end)
                throw SafetensorsException.Entry(file, r.Name,
                    $"begins at {r.Begin}, after a hole of {r.Begin - end} bytes that no entry owns");
            if (r.End > dataBytes)
                throw SafetensorsException.Entry(file, r.Name,
                    $"ends at {r.End}, but the file has only {dataBytes} bytes of data");
            end = r.End;
        }
        if (end < dataBytes)
            throw SafetensorsException.File(file, $"{dataBytes - end} bytes follow the last entry, and no entry owns them");
    }
}
