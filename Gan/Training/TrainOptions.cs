using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>Everything that defines a run. It is saved as config.json beside the run's results.</summary>
public sealed record TrainOptions
{
    /// <summary>What it trains on.</summary>
    public DataSettings Data { get; init; } = new();

    /// <summary>How its networks are updated.</summary>
    public OptimisationSettings Optimisation { get; init; } = new();

    /// <summary>How often it logs, draws and saves.</summary>
    public CadenceSettings Cadence { get; init; } = new();

    /// <summary>What it measures on its way.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>Which GAN it is, and its knobs.</summary>
    public GanOptions Gan { get; init; } = new SsganOptions();

    /// <summary>The settings that a resumed run may change: they do not alter what has been learned so far.</summary>
    public static IReadOnlySet<string> MayChangeOnResume { get; } = new HashSet<string>
    {
        "steps", "decay", "decayFrom", "graphs", "dataOnDevice", "logEvery", "sampleEvery", "checkpointEvery", "keepLast",
        "gridImages", "evalEvery", "evalImages", "evalMetrics", "evalProtocol", "keepBest",
    };

    /// <summary>The settings of every run that console options set one by one.</summary>
    public static IReadOnlyList<Setting<TrainOptions>> Settings { get; } =
    [
        .. DataSettings.Settings.Select(static s => s.In<TrainOptions>(static o => o.Data, static (o, v) => o with { Data = v })),
        .. OptimisationSettings.Settings.Select(static s =>
            s.In<TrainOptions>(static o => o.Optimisation, static (o, v) => o with { Optimisation = v })),
        .. CadenceSettings.Settings.Select(static s =>
            s.In<TrainOptions>(static o => o.Cadence, static (o, v) => o with { Cadence = v })),
        .. EvaluationSettings.Settings.Select(static s =>
            s.In<TrainOptions>(static o => o.Evaluation, static (o, v) => o with { Evaluation = v })),
    ];

    /// <summary>The settings of a GAN, as part of a run's.</summary>
    public static IEnumerable<Setting<TrainOptions>> SettingsOf(GanEntry gan)
    {
        ArgumentNullException.ThrowIfNull(gan);
        return gan.Settings.Select(static s => s.In<TrainOptions>(static o => o.Gan, static (o, v) => o with { Gan = v }));
    }

    /// <summary>What differs from another run, as (name, this value, other value), values as their options take
    /// them.</summary>
    public IReadOnlyList<(string Name, string Mine, string Other)> Differences(TrainOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Gan.Model != other.Gan.Model) return [("model", Gan.Model, other.Gan.Model)];
        var (mine, theirs) = (Values(this), Values(other));
        return [.. mine.Where(p => theirs[p.Key] != p.Value).Select(p => (p.Key, p.Value, theirs[p.Key]))];
    }

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SectionsJson.Default.TrainOptions) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote, or an older version, which kept all values side by side.</summary>
    /// <exception cref="TrainingException">Not such JSON; the message says where.</exception>
    public static TrainOptions FromJson(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json));
            reader.Read();
            var options = TrainOptionsJson.Read(ref reader);
            // Throws for what follows the object.
            reader.Read();
            return options;
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{source} is not a valid configuration: {JsonErrors.Describe(e)}", e);
        }
    }

    /// <summary>These settings for a set of images: with its classes, where the GAN is told them.</summary>
    /// <exception cref="TrainingException">The GAN needs classes, and the images have none.</exception>
    public TrainOptions For(IImageSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Gan.IsConditional && source.Classes.Count == 0)
            throw new TrainingException($"{Gan.Model} is told the classes of images, and {source.Name} has none; it takes a "
                + "folder with one folder of images for each class, or a set whose images have labels.");
        return this with { Data = Data with { Classes = Gan.TakesClasses ? new(source.Classes) : ClassList.None } };
    }

    /// <summary>The learning rate by finished steps.</summary>
    public Schedule Rate() => Gan.Rate(Optimisation);

    /// <summary>New networks and optimizers for these settings; the caller disposes them.</summary>
    /// <exception cref="ArgumentException">There is no architecture of that size or width.</exception>
    /// <exception cref="TrainingException">The device does not have the precision that is asked for.</exception>
    public GanStep CreateStep(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Arithmetic.Apply(device, Optimisation.Precision);
        return Gan.Create(device, Data.Size, Data.Classes.Count, Optimisation);
    }

    /// <summary>Checks every value by itself.</summary>
    /// <param name="nameOf">From a value's name in config.json to what its owner calls it; null keeps that name.</param>
    /// <exception cref="TrainingException">One is out of range; the message names it.</exception>
    public TrainOptions Validate(Func<string, string>? nameOf = null)
    {
        var check = new Check(nameOf);
        Data.Validate(check);
        Optimisation.Validate(check);
        Gan.Validate(check, Optimisation.Batch);
        Cadence.Validate(check);
        Evaluation.Validate(check);
        return this;
    }

    /// <summary>Every value by its name, as its option takes it.</summary>
    internal static IReadOnlyDictionary<string, string> Values(TrainOptions options)
    {
        var values = new Dictionary<string, string>
        {
            ["data"] = options.Data.Data,
            ["classes"] = options.Data.Classes.ToString(),
            ["decay"] = options.Optimisation.Decay,
            ["decayFrom"] = options.Optimisation.DecayFrom.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var setting in Settings.Concat(SettingsOf(GanCatalog.Of(options.Gan.Model))))
            values.Add(setting.Text.Key, setting.Read(options));
        return values;
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class SectionsJson : JsonSerializerContext;
