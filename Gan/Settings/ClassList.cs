using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Settings;

/// <summary>Names of classes in the order of their labels; equal lists are equal.</summary>
[JsonConverter(typeof(ClassListJson))]
public sealed class ClassList : IReadOnlyList<string>, IEquatable<ClassList>
{
    readonly string[] _names;

    /// <param name="names">All different, none empty.</param>
    /// <exception cref="ArgumentException">One is empty or stands twice.</exception>
    public ClassList(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (Array.Exists(_names, string.IsNullOrWhiteSpace)) throw new ArgumentException("A class has no name.");
        if (_names.GroupBy(static n => n).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two classes are called \"{twice.Key}\".");
    }

    /// <summary>No classes.</summary>
    public static ClassList None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _names.Length;

    /// <inheritdoc/>
    public string this[int index] => _names[index];

    /// <summary>The label of a class: of its name, or, where none is called so, of its number.</summary>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    public int Label(string nameOrNumber)
    {
        ArgumentNullException.ThrowIfNull(nameOrNumber);
        int label = Array.IndexOf(_names, nameOrNumber);
        if (label >= 0) return label;
        if (int.TryParse(nameOrNumber, System.Globalization.NumberStyles.None, null, out label) && label < Count) return label;
        const int shown = 12;
        throw new ArgumentException(Count == 0 ? $"There is no class \"{nameOrNumber}\": no classes are known."
            : $"There is no class \"{nameOrNumber}\"; there are 0 to {Count - 1}: {string.Join(", ", _names.Take(shown))}"
                + $"{(Count > shown ? ", ..." : "")}.");
    }

    /// <inheritdoc/>
    public bool Equals(ClassList? other) => other is not null && _names.AsSpan().SequenceEqual(other._names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClassList);

    /// <inheritdoc/>
    public override int GetHashCode() => _names.Aggregate(Count, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _names);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A list of names as an array of texts.</summary>
sealed class ClassListJson : JsonConverter<ClassList>
{
    public override ClassList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("classes are a list of names");
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw new JsonException("a class is a name");
            names.Add(reader.GetString()!);
        }
        try
        {
            return new ClassList(names);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ClassList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string name in value) writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
