using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Ssgan.Gan.Training;

namespace Ssgan.Runner;

/// <summary>What the panel shows, and how.</summary>
sealed class PanelState(RunFacts facts)
{
    // The two networks' numbers side by side; whatever else an algorithm reports follows.
    static readonly (string Left, string Right)[] Pairs =
    [
        ("loss_d", "loss_g"), ("loss_d_rotation", "loss_g_rotation"), ("rotation_accuracy_real", "rotation_accuracy_fake"), ("d_real", "d_fake"),
        ("grad_norm_d", "grad_norm_g"),
    ];

    // What two of the longest names and their numbers take.
    const int RoomForPairs = 76;

    long _step, _steps, _first = -1;
    TimeSpan _firstAt, _now;

    /// <summary>The newest log line.</summary>
    public TrainingReport? Report { get; set; }

    /// <summary>The newest file.</summary>
    public string? Written { get; set; }

    /// <summary>The newest remark.</summary>
    public string? Notice { get; set; }

    /// <summary>Takes note of a step. The pace counts from the first one on, which also compiles code.</summary>
    public void Stepped(long step, long steps, TimeSpan now)
    {
        if (_first < 0) (_first, _firstAt) = (step, now);
        (_step, _steps, _now) = (step, steps, now);
    }

    /// <summary>Time left at the pace so far, or null.</summary>
    public TimeSpan? Remaining => _first >= 0 && _step > _first ? (_now - _firstAt) / (_step - _first) * (_steps - _step) : null;

    /// <summary>The panel.</summary>
    public IRenderable Draw(Profile profile)
    {
        var rows = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn());
        Row(rows, "run", facts.Folder);
        Row(rows, "data", facts.Data);
        Row(rows, "networks", facts.Networks);
        rows.AddRow(new Markup("[grey]progress[/]"), Progress(profile));
        if (Report is { } report)
        {
            Row(rows, "pace", string.Create(CultureInfo.InvariantCulture,
                $"{report.ImagesPerSecond:0.0} images/s, learning rate {report.LearningRate:0.00e0}"));
            Row(rows, "memory", $"{Format.Bytes(report.LiveBytes)} live, {Format.Bytes(report.PeakBytes)} peak");
        }
        if (Written is not null) Row(rows, "written", Written);
        if (Notice is not null) Row(rows, "notice", Notice);
        var parts = new List<IRenderable> { rows };
        if (Report is not null) parts.Add(Metrics(Report, pairs: profile.Width >= RoomForPairs));
        return new Panel(new Rows(parts)) { Header = new PanelHeader(" ssgan "), Border = BoxBorder.Rounded, Expand = false };
    }

    static void Row(Grid grid, string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));

    IRenderable Progress(Profile profile)
    {
        if (_steps == 0) return new Text("starting");
        int width = Math.Clamp(profile.Width - 60, 10, 40), done = (int)(_step * width / _steps);
        (char full, char empty) = profile.Capabilities.Unicode ? ('█', '░') : ('#', '.');
        string left = Remaining is { } remaining ? Format.Time(remaining) + " left" : "";
        return new Markup($"[green]{new string(full, done)}[/][grey]{new string(empty, width - done)}[/] {_step}/{_steps} {_step * 100 / _steps}% {left}");
    }

    static Table Metrics(TrainingReport report, bool pairs)
    {
        var values = report.Metrics.ToDictionary(static m => m.Name, static m => m.Value);
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        if (!pairs)
        {
            // Numbers are what the panel is for: names give way.
            table.AddColumn(new TableColumn("")).AddColumn(new TableColumn("").NoWrap());
            foreach (var (name, value) in values) table.AddRow(name, Format.Value(value));
            return table;
        }
        for (int i = 0; i < 4; i++) table.AddColumn(new TableColumn("").NoWrap());
        foreach (var (left, right) in Pairs) table.AddRow(left, Take(left), right, Take(right));
        foreach (var rest in values.Chunk(2))
        {
            var (first, second) = (rest[0], rest.Length > 1 ? rest[1] : new KeyValuePair<string, double>("", double.NaN));
            table.AddRow(first.Key, Format.Value(first.Value), second.Key, second.Key.Length > 0 ? Format.Value(second.Value) : "");
        }
        return table;

        string Take(string name) => values.Remove(name, out double value) ? Format.Value(value) : "";
    }
}
