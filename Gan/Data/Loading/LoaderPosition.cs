using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Data.Loading;

/// <summary>
/// Where a loader stands: everything before it has been handed out. A loader opened here yields exactly what an
/// unbroken one would.
/// </summary>
/// <param name="Seed">Decides every epoch's order and flips.</param>
/// <param name="Epoch">Full passes done; stays 0 for an endless source.</param>
/// <param name="Offset">Images handed out in this epoch.</param>
public sealed record LoaderPosition(ulong Seed, long Epoch = 0, long Offset = 0)
{
    /// <summary>One JSON object: {"seed":1,"epoch":2,"offset":640}.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LoaderJson.Default.LoaderPosition);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="DatasetException">The text is not such an object.</exception>
    public static LoaderPosition FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LoaderJson.Default.LoaderPosition) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new DatasetException("The loader position is not a JSON object with seed, epoch and offset.", e);
        }
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(LoaderPosition))]
internal sealed partial class LoaderJson : JsonSerializerContext;
