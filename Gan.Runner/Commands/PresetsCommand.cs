using System.CommandLine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"presets": what each preset sets, side by side.</summary>
static class PresetsCommand
{
    public static Command Build(Host host)
    {
        var model = OptionKinds.Choice("--model", $"Of which GAN. Default: {GanCatalog.Names[0]}.", [.. GanCatalog.Names]);
        var size = OptionKinds.Number<int>("--size", $"At which image side. Default: {new DataSettings().Size}.");
        var command = new Command("presets", "Show the presets side by side.") { model, size };
        command.SetAction(parsed =>
        {
            var gan = GanCatalog.Of(parsed.Pick(model, GanCatalog.Names[0]));
            Print(host.Out, gan, parsed.Pick(size, new DataSettings().Size));
            return ExitCode.Done;
        });
        return command;
    }

    static void Print(TextWriter output, GanEntry gan, int size)
    {
        gan.Defaults.CheckShapes(size, TrainArguments.NameOf);
        foreach (var preset in Presets.All) output.WriteLine($"{preset.Name,-13} {preset.Description} Source: {preset.Source}.");
        output.WriteLine();
        TrainOptions[] all = [.. Presets.All.Select(p => p.For(size, gan))];
        var settings = TrainOptions.Settings.Concat(TrainOptions.SettingsOf(gan)).Append(s_decay)
            .OrderBy(static s => s.Text.Option, StringComparer.Ordinal)
            .Select(s => (s.Text.Option, Values: all.Select(o => s.Read(o)).ToArray())).ToArray();
        var differing = settings.Where(static s => s.Values.Distinct().Count() > 1).ToArray();
        int[] widths = [.. Presets.Names.Select((n, i) => differing.Max(s => Math.Max(n.Length, s.Values[i].Length)))];
        Row($"{gan.Name} at {size}", [.. Presets.Names]);
        foreach (var (option, values) in differing) Row(option, values);
        output.WriteLine("0 as --ngf or --ndf is the published width. In all: "
            + string.Join(", ", settings.Except(differing).Select(static s => $"{s.Option} {s.Values[0]}")) + ".");

        void Row(string name, string[] values) =>
            output.WriteLine($"{name,-18} {string.Join("  ", values.Select((v, i) => v.PadLeft(widths[i])))}");
    }

    // The console has more to say of it than of a setting, so it is none.
    static readonly Setting<TrainOptions> s_decay = Setting.Choice<TrainOptions, string>("decay", "--lr-schedule", "",
        [.. Engine.Optim.Schedules.ScheduleCatalog.Names.Select(static n => (n, n))], static o => o.Optimisation.Decay,
        static (o, v) => o with { Optimisation = o.Optimisation with { Decay = v } });
}
