using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Algorithms;

/// <summary>Options of any GAN of <see cref="GanCatalog"/>, told apart by "model", their first member.</summary>
sealed class GanOptionsJson : JsonConverter<GanOptions>
{
    public override GanOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var ahead = reader;
        if (!ahead.Read() || ahead.TokenType != JsonTokenType.PropertyName || ahead.GetString() != "model" || !ahead.Read()
            || ahead.TokenType != JsonTokenType.String)
            throw new JsonException("a GAN's settings begin with \"model\" and its name");
        string name = ahead.GetString()!;
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

    public override void Write(Utf8JsonWriter writer, GanOptions value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, GanCatalog.Of(value.Model).Json);
}
