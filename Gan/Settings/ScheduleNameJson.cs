using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Settings;

/// <summary>The name of a learning rate's course, or, as it was when there were two, whether the rate falls.</summary>
sealed class ScheduleNameJson : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.True => "linear",
            JsonTokenType.False => "constant",
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
