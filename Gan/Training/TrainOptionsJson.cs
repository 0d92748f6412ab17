using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ssgan.Gan.Algorithms;

namespace Ssgan.Gan.Training;

/// <summary>
/// Reads a run's settings in sections, or as they were written before there were any: side by side, of the one GAN there was.
/// </summary>
sealed class TrainOptionsJson : JsonConverter<TrainOptions>
{
    /// <summary>Where values went that stood side by side; of the section "gan" are all others.</summary>
    static readonly Dictionary<string, string[]> s_sections = new()
    {
        ["data"] = ["data", "size", "flip", "skipBad", "dataOnDevice"],
        ["optimisation"] = ["steps", "batch", "discriminatorSteps", "learningRate", "decay", "decayFrom", "beta1", "beta2",
            "emaDecay", "seed", "precision", "graphs"],
        ["cadence"] = ["logEvery", "sampleEvery", "checkpointEvery", "keepLast", "gridImages"],
    };

    public override TrainOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader);

    /// <summary>Reads the object that the reader stands on. What it leaves out has the value of its GAN's defaults.</summary>
    /// <exception cref="JsonException">It is none, or has a member that is unknown or of another kind.</exception>
    internal static TrainOptions Read(ref Utf8JsonReader reader)
    {
        if (IsFlat(reader))
        {
            var sections = Sectioned(ref reader);
            try
            {
                _ = sections.Deserialize(SectionsJson.Default.TrainOptions);
                return Completed(sections);
            }
            catch (JsonException e)
            {
                // The file knows neither the section nor the line in it.
                throw new JsonException(e.Message, $"$.{e.Path?.Split('.')[^1]}", null, null, e);
            }
        }
        var again = reader;
        // For its errors, which know their lines.
        if (JsonSerializer.Deserialize(ref reader, SectionsJson.Default.TrainOptions) is null)
            throw new JsonException("it holds null");
        return Completed(JsonNode.Parse(ref again)!.AsObject());
    }

    /// <summary>
    /// Fills in what is left out: the serializer gives an init-only property that is not in the text its type's default, not the
    /// record's.
    /// </summary>
    static TrainOptions Completed(JsonObject sections)
    {
        var defaults = new TrainOptions();
        if (sections["gan"]?["model"]?.GetValue<string>() is { } model)
            defaults = defaults with { Gan = GanCatalog.Of(model).Defaults };
        foreach (var (section, values) in JsonSerializer.SerializeToNode(defaults, SectionsJson.Default.TrainOptions)!.AsObject())
        {
            if (sections[section] is not JsonObject given)
            {
                sections[section] = values!.DeepClone();
                continue;
            }
            foreach (var (name, value) in values!.AsObject().Where(v => !given.ContainsKey(v.Key)))
                given[name] = value?.DeepClone();
        }
        return sections.Deserialize(SectionsJson.Default.TrainOptions)!;
    }

    public override void Write(Utf8JsonWriter writer, TrainOptions value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, SectionsJson.Default.TrainOptions);

    /// <summary>Whether "data" is the data's name, as it was, or no member has the name of a section.</summary>
    static bool IsFlat(Utf8JsonReader ahead)
    {
        if (ahead.TokenType != JsonTokenType.StartObject) return false;
        bool hasMembers = false, hasSections = false;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            string name = ahead.GetString()!;
            hasMembers = true;
            hasSections |= name == "gan" || s_sections.ContainsKey(name);
            if (!ahead.Read() || (name == "data" && ahead.TokenType == JsonTokenType.String)) return true;
            ahead.Skip();
        }
        return hasMembers && !hasSections;
    }

    static JsonObject Sectioned(ref Utf8JsonReader reader)
    {
        // Members that stand twice show when the object is looked into.
        JsonObject flat;
        try
        {
            flat = JsonNode.Parse(ref reader)!.AsObject();
            _ = flat.Count;
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
        var gan = new JsonObject { ["model"] = "ssgan" };
        var sections = new JsonObject { ["data"] = new JsonObject(), ["optimisation"] = new JsonObject(),
            ["cadence"] = new JsonObject(), ["gan"] = gan };
        foreach (var (name, value) in flat)
        {
            var section = s_sections.FirstOrDefault(s => s.Value.Contains(name)).Key is { } known ? sections[known]! : gan;
            section[name] = value?.DeepClone();
        }
        return sections;
    }
}
