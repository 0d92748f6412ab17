using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Algorithms;

/// <summary>Options of any GAN of <see cref="GanCatalog"/>, told apart by their member "model".</summary>
sealed class GanOptionsJson : JsonConverter<GanOptions>
{
    public override GanOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string name = Model(reader) ?? throw new JsonException("a GAN's settings have its name as \"model\"");
        if (GanCatalog.Entries.FirstOrDefault(e => e.Name == name) is not { } entry)
            throw new JsonException($"there is no GAN \"{name}\", only {string.Join(", ", GanCatalog.Names)}");
        try
        {
            return (GanOptions)JsonSerializer.Deserialize(ref reader, entry.Json)!;
        }
        catch (JsonException e)
        {
            // Its line counts from where the options begin.
            throw new JsonException(e.Message, $"$.gan{e.Path?[1..]}", null, null, e);
        }
    }

    /// <summary>The value of "model", wherever it stands in the object that the reader is on; null where there is none.</summary>
    static string? Model(Utf8JsonReader ahead)
    {
        if (ahead.TokenType != JsonTokenType.StartObject) throw new JsonException("a GAN's settings are an object");
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool found = ahead.GetString() == "model";
            if (ahead.Read() && found) return ahead.TokenType == JsonTokenType.String ? ahead.GetString() : null;
            ahead.Skip();
        }
        return null;
    }

    public override void Write(Utf8JsonWriter writer, GanOptions value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, GanCatalog.Of(value.Model).Json);
}
