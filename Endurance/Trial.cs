using System.Diagnostics;
using System.Globalization;
using Ssgan.Gan.Training;

namespace Ssgan.Endurance;

/// <summary>What a process of the program left.</summary>
/// <param name="Code">Its exit code; 137 where it was killed.</param>
/// <param name="Errors">What it printed as errors.</param>
/// <param name="Output">What else it printed.</param>
/// <param name="Last">The last line that it had printed.</param>
sealed record Left(int Code, string Errors, string Output, string Last);

/// <summary>
/// A short run of the program in a folder of its own, with all that a run does: images are packed, checkpoints and grids written,
/// scores taken, a page made.
/// </summary>
/// <param name="folder">Where the run, its packed images and its cache are.</param>
/// <param name="images">A folder of images; null for drawn ones and no scores.</param>
/// <param name="steps">Steps of training.</param>
sealed class Trial(string folder, string? images, int steps)
{
    /// <summary>The run's folder.</summary>
    public string Run { get; } = Path.Combine(folder, "run");

    /// <summary>Variables of the environment that the program gets.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Options that take the place of others.</summary>
    public string[] More { get; init; } = [];

    /// <summary>A command and its arguments that the program is started by.</summary>
    public string[] By { get; init; } = [];

    /// <summary>Networks whose steps take milliseconds.</summary>
    public static string[] Narrow { get; } = ["--ngf", "8", "--ndf", "8", "--batch", "4", "--grid", "4"];

    /// <summary>Starts the run, or goes on with it where there is one, until it ends or a time is over.</summary>
    /// <param name="kill">After which time it is killed; null lets it come to its end.</param>
    public Left Go(TimeSpan? kill = null) => Start(File.Exists(Path.Combine(Run, "config.json")) ? Resume : Begin, kill);

    /// <summary>The command that starts the run.</summary>
    public string[] Begin =>
    [
        "train", "--plain", "--preset", "tiny", "--threads", "1", "--data-dir", Path.Combine(folder, "data"), "--out", Run,
        "--steps", Text(steps), "--checkpoint-every", "1", "--keep-last", "2", "--log-every", "3", "--sample-every", "4",
        .. images is null ? (string[])[] : ["--data", images, "--eval-every", "5", "--eval-images", "16", "--eval-metrics",
            "kid", "--keep-best", "kid", "--tensorboard"], .. More,
    ];

    string[] Resume => ["train", "--resume", Run, "--plain", "--threads", "1", "--data-dir", Path.Combine(folder, "data"),
        .. images is null ? (string[])[] : ["--tensorboard"]];

    /// <summary>Runs the program.</summary>
    public Left Start(string[] arguments, TimeSpan? kill = null)
    {
        Directory.CreateDirectory(folder);
        string[] all = [.. By, "dotnet", Path.Combine(AppContext.BaseDirectory, "ssgan.dll"), .. arguments];
        var info = new ProcessStartInfo(all[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in all[1..]) info.ArgumentList.Add(argument);
        info.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        using var process = Process.Start(info)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (kill is { } time && !process.WaitForExit(time)) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new(process.ExitCode, errors.Result.Trim(), output.Result, lines.LastOrDefault() ?? "");
    }

    /// <summary>What the run has otherwise than one that nothing disturbed; null where it is the same.</summary>
    public string? Difference(Trial whole)
    {
        foreach (string file in (string[])[Checkpoint.TensorsFile, Checkpoint.StateFile])
            if (Differs(whole, $"checkpoints/step-{steps:D8}/{file}") is { } text) return text;
        if (Differs(whole, $"samples/fakes-{steps:D8}.png") is { } sheet) return sheet;
        string mine = Numbers(Run), other = Numbers(whole.Run);
        if (mine != other) return $"the log has {mine}, not {other}";
        if (images is null) return null;
        mine = Scores(Run);
        other = Scores(whole.Run);
        if (mine != other) return $"the scores are {mine}, not {other}";
        foreach (string file in (string[])["best/" + Checkpoint.TensorsFile])
            if (Differs(whole, file) is { } text) return text;
        return File.Exists(Path.Combine(Run, "report.html")) ? null : "there is no report.html";
    }

    string? Differs(Trial whole, string file)
    {
        string mine = Path.Combine(Run, file), other = Path.Combine(whole.Run, file);
        if (!File.Exists(mine)) return $"there is no {file}";
        return File.ReadAllBytes(mine).AsSpan().SequenceEqual(File.ReadAllBytes(other)) ? null : $"{file} has other bytes";
    }

    // Steps and losses; paces and times are of a process.
    static string Numbers(string run) => string.Join("; ", MetricsLog.Read(Path.Combine(run, "metrics.jsonl")).Select(static r =>
        string.Create(CultureInfo.InvariantCulture, $"{r["step"]}: {r["loss_d"]} {r["loss_g"]} {r["learning_rate"]}")));

    static string Scores(string run)
    {
        string file = Path.Combine(run, "scores.jsonl");
        return File.Exists(file) ? string.Join("; ", Gan.Metrics.Receipt.ReadAll(file)
            .Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.Images.Step}: {r.Value}"))) : "none";
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
