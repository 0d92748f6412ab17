namespace Ssgan.Gan.Settings;

/// <summary>How often a run does what it does beside training.</summary>
public sealed record CadenceSettings
{
    /// <summary>Steps between log lines.</summary>
    public long LogEvery { get; init; } = 50;

    /// <summary>Steps between sample grids.</summary>
    public long SampleEvery { get; init; } = 500;

    /// <summary>Steps between checkpoints; one is also written at the end.</summary>
    public long CheckpointEvery { get; init; } = 1000;

    /// <summary>How many checkpoints are kept.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Images per sample grid.</summary>
    public int GridImages { get; init; } = 64;

    /// <summary>Every value.</summary>
    public static IReadOnlyList<Setting<CadenceSettings>> Settings { get; } =
    [
        Setting.Number<CadenceSettings, long>("logEvery", "--log-every", "Steps between log lines.",
            static o => o.LogEvery, static (o, v) => o with { LogEvery = v }),
        Setting.Number<CadenceSettings, long>("sampleEvery", "--sample-every", "Steps between sample grids.",
            static o => o.SampleEvery, static (o, v) => o with { SampleEvery = v }),
        Setting.Number<CadenceSettings, long>("checkpointEvery", "--checkpoint-every", "Steps between checkpoints.",
            static o => o.CheckpointEvery, static (o, v) => o with { CheckpointEvery = v }),
        Setting.Number<CadenceSettings, int>("keepLast", "--keep-last", "Checkpoints to keep.",
            static o => o.KeepLast, static (o, v) => o with { KeepLast = v }),
        Setting.Number<CadenceSettings, int>("gridImages", "--grid", "Images per sample grid.",
            static o => o.GridImages, static (o, v) => o with { GridImages = v }),
    ];

    internal void Validate(Check check)
    {
        check.That(LogEvery >= 1, "logEvery", $"{LogEvery}; at least 1 step is needed");
        check.That(SampleEvery >= 1, "sampleEvery", $"{SampleEvery}; at least 1 step is needed");
        check.That(CheckpointEvery >= 1, "checkpointEvery", $"{CheckpointEvery}; at least 1 step is needed");
        check.That(KeepLast >= 1, "keepLast", $"{KeepLast}; at least 1 checkpoint must stay");
        check.That(GridImages is >= 1 and <= 1024, "gridImages", $"{GridImages}; it must lie in 1 to 1024");
    }
}
