using System.CommandLine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Losses;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"models": the GANs and losses that there are.</summary>
static class ModelsCommand
{
    public static Command Build(Host host)
    {
        var command = new Command("models", "List the GANs that train --model takes, and the losses of --loss.");
        command.SetAction(_ =>
        {
            host.Out.WriteLine("GANs (train --model NAME):");
            foreach (var gan in GanCatalog.Entries)
            {
                string own = string.Join(' ', gan.Own.Select(static s => s.Text.Option));
                host.Out.WriteLine($"  {gan.Name,-14} {gan.Description}{(gan.Defaults.IsConditional ? "; needs classes" : "")}");
                if (own.Length > 0) host.Out.WriteLine($"  {"",-14} its own options: {own}");
            }
            host.Out.WriteLine("Losses (train --loss NAME):");
            foreach (var loss in AdversarialLoss.All)
            {
                var gans = GanCatalog.Entries.Where(e => e.Defaults.Loss == loss.Name);
                string by = string.Join(' ', gans.Select(static e => e.Name));
                host.Out.WriteLine($"  {loss.Name,-14} {loss.Description}{(by.Length > 0 ? $"; default of {by}" : "")}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
