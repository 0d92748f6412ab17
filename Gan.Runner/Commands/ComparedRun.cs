using System.Globalization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>What is known of a run that is compared; of a file of receipts those alone.</summary>
/// <param name="Name">As it was named.</param>
/// <param name="Folder">Its folder; null for a file of receipts.</param>
/// <param name="Options">Its settings; null for a file of receipts.</param>
/// <param name="Log">Its log's lines.</param>
/// <param name="Receipts">Its scores.</param>
sealed record ComparedRun(string Name, RunFolder? Folder, TrainOptions? Options,
    IReadOnlyList<IReadOnlyDictionary<string, double>> Log, IReadOnlyList<Receipt> Receipts)
{
    /// <summary>Reads a run's folder, or a file of receipts.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    /// <exception cref="Gan.Settings.TrainingException">It is no run's folder, or its settings cannot be read.</exception>
    public static ComparedRun Read(string place)
    {
        if (Directory.Exists(place))
        {
            var folder = RunFolder.Open(place);
            return new(place, folder, folder.Options(), File.Exists(folder.Metrics) ? [.. MetricsLog.Read(folder.Metrics)] : [],
                File.Exists(folder.Scores) ? Receipt.ReadAll(folder.Scores) : []);
        }
        if (!File.Exists(place)) throw new UsageException($"There is no file {place}.");
        var receipts = Receipt.ReadAll(place);
        return receipts.Count > 0 ? new(place, null, null, [], receipts) : throw new UsageException($"{place} has no receipts.");
    }

    /// <summary>The newest receipt of each score, by its name.</summary>
    public IReadOnlyDictionary<string, Receipt> Scores =>
        Receipts.GroupBy(static r => r.Metric).ToDictionary(static m => m.Key, static m => m.Last());

    /// <summary>Settings that are not the same in all runs: each with its name and its value in each, empty where a run's GAN has
    /// none.</summary>
    public static IReadOnlyList<(string Name, string[] Values)> Differences(IReadOnlyList<ComparedRun> runs)
    {
        var values = runs.Select(static r => Values(r.Options!)).ToList();
        return [.. values.SelectMany(static v => v.Keys).Distinct()
            .Select(k => (k, values.Select(v => v.GetValueOrDefault(k, "")).ToArray()))
            .Where(static s => s.Item2.Distinct().Count() > 1)];
    }

    /// <summary>Every setting as its option takes it, by the option's name without dashes.</summary>
    static Dictionary<string, string> Values(TrainOptions options)
    {
        var gan = GanCatalog.Of(options.Gan.Model);
        var values = new Dictionary<string, string>
        {
            ["data"] = options.Data.Data, ["classes"] = options.Data.Classes.ToString(), ["model"] = gan.Name,
            ["lr-schedule"] = options.Optimisation.Decay + (options.Optimisation.DecayFrom is > 0 and var from
                ? string.Create(CultureInfo.InvariantCulture, $" from step {from}") : ""),
        };
        foreach (var setting in TrainOptions.Settings.Concat(TrainOptions.SettingsOf(gan)))
            values.Add(setting.Text.Option.TrimStart('-'), setting.Read(options));
        return values;
    }
}
