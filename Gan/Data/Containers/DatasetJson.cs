using System.Text.Json;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// The labels of StyleGAN's and EDM's archives: {"labels": [["00000/img00000000.png", 6], ...]} in dataset.json, or null in place
/// of the list (dataset_tool.py of either).
/// </summary>
internal static class DatasetJson
{
    const int MaxClasses = 1 << 16;

    /// <summary>The labels of images by name. There are none where the file has none, or has what are no classes.</summary>
    /// <exception cref="DatasetException">It is no such file.</exception>
    internal static ImageLabels Labels(string file, byte[] json, IReadOnlyList<string> names, DataOptions options)
    {
        Dictionary<string, int>? byName;
        try
        {
            byName = Read(json);
        }
        // The latter of texts that are not UTF-8.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DatasetException($"{file} is not the list of labels that StyleGAN's tools write: {e.Message}", e);
        }
        if (byName is null) return ImageLabels.None;
        int[] labels = new int[names.Count];
        int most = -1;
        for (int i = 0; i < labels.Length; i++)
        {
            if (!byName.TryGetValue(names[i], out labels[i]) || labels[i] < 0)
            {
                options.Notice?.Invoke($"{file} has no class for {names[i]}: images get no labels.");
                return ImageLabels.None;
            }
            most = Math.Max(most, labels[i]);
        }
        return NumberedClasses(labels, most);
    }

    /// <summary>Classes that have numbers alone.</summary>
    internal static ImageLabels NumberedClasses(int[] labels, int most) =>
        new([.. Enumerable.Range(0, most + 1).Select(static c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            labels);

    /// <summary>A whole number of an object, by the first of two names that it has; null where there is none.</summary>
    internal static int? Number(byte[] json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise)
    {
        try
        {
            int? second = null;
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isFirst = reader.ValueTextEquals(name), isSecond = reader.ValueTextEquals(otherwise);
                reader.Read();
                int? value = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : null;
                if (isFirst && value is not null) return value;
                if (isSecond) second = value;
                reader.Skip();
            }
            return second;
        }
        catch (JsonException)
        {
            // A text that is no JSON has no number; whoever asks says which sample lacks its class.
            return null;
        }
    }

    // Null for no labels; -1 for one that is no class, such as a vector.
    static Dictionary<string, int>? Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("it is no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool labels = reader.ValueTextEquals("labels"u8);
            reader.Read();
            if (!labels)
            {
                reader.Skip();
                continue;
            }
            if (reader.TokenType == JsonTokenType.Null) return null;
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("its labels are no list");
            var byName = new Dictionary<string, int>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw new JsonException("a label has no name");
                string name = reader.GetString()!;
                reader.Read();
                int label = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) && number < MaxClasses
                    ? number : -1;
                reader.Skip();
                if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                    throw new JsonException("a label is more than a name and a class");
                byName[name] = label;
            }
            if (reader.TokenType != JsonTokenType.EndArray) throw new JsonException("its labels are not pairs");
            return byName;
        }
        return null;
    }
}
