using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Views;

/// <summary>What the panel shows, and how.</summary>
sealed class PanelState(RunFacts facts)
{
    // The two networks' numbers side by side; whatever else an algorithm reports follows.
    static readonly (string Left, string Right)[] Pairs =
    [
        ("loss_d", "loss_g"), ("loss_d_rotation", "loss_g_rotation"), ("rotation_accuracy_real", "rotation_accuracy_fake"),
        ("d_real", "d_fake"), ("grad_norm_d", "grad_norm_g"),
    ];

    // What the frame and the names take.
    const int RoomForFrame = 14;

    // What the frame, the names and a count of steps take.
    const int RoomForNames = 30;

    // What two of the longest names and their numbers take.
    const int RoomForPairs = 76;

    // What two curves beside them take as well.
    const int RoomForCurves = 124, CurveWidth = 20;

    // Where there is less room these two have a line each.
    static readonly string[] Curved = ["loss_d", "loss_g"];

    readonly Dictionary<string, Sparkline> _curves = [];
    long _step, _steps, _first = -1;
    TimeSpan _firstAt, _now;

    /// <summary>The newest log line; those before it are in the curves.</summary>
    public TrainingReport? Report
    {
        get;
        set
        {
            field = value;
            foreach (var (name, number) in value?.Metrics ?? [])
            {
                if (!_curves.TryGetValue(name, out var curve)) _curves[name] = curve = new Sparkline();
                curve.Add(number);
            }
        }
    }

    /// <summary>The newest file.</summary>
    public string? Written { get; set; }

    /// <summary>The newest scores.</summary>
    public string? Scores { get; set; }

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

    /// <summary>
    /// The panel, as much of it as the terminal has room for: the least important lines go first, and the progress last.
    /// </summary>
    public IRenderable Draw(Profile profile)
    {
        var terminal = new RenderOptions(profile.Capabilities, new Size(profile.Width, profile.Height));
        if (profile.Width < RoomForNames) return Progress(profile, profile.Width);
        int metrics = Report is null ? 0 : Report.Metrics.Count;
        // In the order in which they go.
        string[] names = ["networks", "data", "memory", "written", "pace", "curves", "run", "scores", "notice"];
        for (int gone = 0; gone <= names.Length; gone++)
        {
            // Metrics begin to go after the plain facts, from the last one up; two lines of them, the losses, stay nearly to the
            // end.
            int least = gone < 4 ? metrics : gone < names.Length ? Math.Min(2, metrics) : 0;
            for (int rows = metrics; rows >= least; rows--)
            {
                var panel = Draw(profile, [.. names.Skip(gone)], rows);
                if (Lines(panel, terminal) <= profile.Height) return panel;
            }
        }
        return Progress(profile, profile.Width);
    }

    static int Lines(IRenderable panel, RenderOptions terminal) =>
        Segment.SplitLines(panel.Render(terminal, terminal.ConsoleSize.Width)).Count;

    Panel Draw(Profile profile, HashSet<string> names, int metrics)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn());
        Row("run", facts.Folder);
        Row("data", facts.Data);
        Row("networks", facts.Networks);
        grid.AddRow(new Markup("[grey]progress[/]"), Progress(profile, profile.Width - RoomForFrame));
        if (Report is { } report)
        {
            Row("pace", string.Create(CultureInfo.InvariantCulture,
                $"{report.ImagesPerSecond:0.0} images/s, learning rate {report.LearningRate:0.00e0}"));
            Row("memory", $"{Format.Bytes(report.LiveBytes)} live, {Format.Bytes(report.PeakBytes)} peak");
        }
        bool beside = profile.Width >= RoomForCurves && profile.Capabilities.Unicode;
        if (!beside && names.Contains("curves") && profile.Capabilities.Unicode)
        {
            foreach (string name in Curved)
                if (Curve(name, Math.Min(60, profile.Width - RoomForFrame)) is { Length: > 0 } curve)
                    grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(curve));
        }
        Row("scores", Scores);
        Row("written", Written);
        Row("notice", Notice);
        var parts = new List<IRenderable> { grid };
        if (Report is not null && metrics > 0)
            parts.Add(Metrics(Report, pairs: profile.Width >= RoomForPairs, metrics, beside ? Curve : null));
        return new Panel(new Rows(parts)) { Header = new PanelHeader(" ssgan "), Border = BoxBorder.Rounded, Expand = false };

        void Row(string name, string? value)
        {
            if (value is not null && names.Contains(name)) grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
        }
    }

    /// <summary>The bar and its numbers on one line; where that is short, the time left goes first, then the bar.</summary>
    IRenderable Progress(Profile profile, int width)
    {
        if (_steps == 0) return new Text("starting");
        string numbers = $" {_step}/{_steps} {_step * 100 / _steps}%",
            left = Remaining is { } remaining ? $" {Format.Time(remaining)} left" : "";
        if (width - numbers.Length - left.Length < 5) left = "";
        int bar = Math.Clamp(width - numbers.Length - left.Length, 0, 40), done = (int)(_step * bar / _steps);
        (char full, char empty) = profile.Capabilities.Unicode ? ('█', '░') : ('#', '.');
        return new Markup($"[green]{new string(full, done)}[/][grey]{new string(empty, bar - done)}[/]{numbers}{left}")
        {
            Overflow = Overflow.Crop,
        };
    }

    string Curve(string name, int width) => _curves.TryGetValue(name, out var curve) ? curve.Draw(width) : "";

    static Table Metrics(TrainingReport report, bool pairs, int most, Func<string, int, string>? curve)
    {
        var values = report.Metrics.ToDictionary(static m => m.Name, static m => m.Value);
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        if (!pairs)
        {
            // Numbers are what the panel is for: names give way.
            table.AddColumn(new TableColumn("")).AddColumn(new TableColumn("").NoWrap());
            string[] known = [.. Pairs.SelectMany(static p => (string[])[p.Left, p.Right])];
            // Losses first, as side by side.
            foreach (var (name, value) in values.OrderBy(v => Array.IndexOf(known, v.Key) is >= 0 and var at ? at : known.Length)
                .Take(most))
                table.AddRow(name, Format.Value(value));
            return table;
        }
        for (int i = 0; i < (curve is null ? 4 : 6); i++) table.AddColumn(new TableColumn("").NoWrap());
        foreach (var (left, right) in Pairs)
        {
            string first = Take(left), second = Take(right);
            if (table.Rows.Count < most && first.Length + second.Length > 0)
                Add(left, first, right, second);
        }
        foreach (var rest in values.Chunk(2))
        {
            if (table.Rows.Count >= most) break;
            var (first, second) = (rest[0], rest.Length > 1 ? rest[1] : new KeyValuePair<string, double>("", double.NaN));
            Add(first.Key, Format.Value(first.Value), second.Key, second.Key.Length > 0 ? Format.Value(second.Value) : "");
        }
        return table;

        void Add(string left, string first, string right, string second)
        {
            if (curve is null) table.AddRow(left, first, right, second);
            else table.AddRow(left, first, curve(left, CurveWidth), right, second, curve(right, CurveWidth));
        }

        string Take(string name) => values.Remove(name, out double value) ? Format.Value(value) : "";
    }
}
