using System.CommandLine;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"sample": images from a checkpoint.</summary>
static class SampleCommand
{
    public static Command Build(Host host)
    {
        var arguments = new SampleArguments();
        var command = new Command("sample", "Draw images from a checkpoint: sheets, walks between seeds, animations.");
        foreach (var option in arguments.All) command.Options.Add(option);
        command.SetAction(parsed => Run(parsed, arguments, host));
        return command;
    }

    static int Run(ParseResult parsed, SampleArguments arguments, Host host)
    {
        var request = arguments.Read(parsed);
        using var device = DeviceChoice.Open(host.Devices, parsed.Pick(arguments.Device, "auto"),
            new() { Threads = parsed.Pick(arguments.Threads, 0) }, host.Out.WriteLine);
        int told = DeviceNotices.Print(device, host.Out);
        using var generator = TrainedGenerator.Open(device, parsed.GetValue(arguments.Checkpoint)!,
            parsed.IsAveraged(arguments.Averaged));
        var images = SampleImages.Of(request, parsed.GetValue(arguments.Class), generator);
        SampleFiles.Save(request, images, generator.Size, host.Stop);
        DeviceNotices.PrintNew(device, host.Out, told);
        string walk = request.Keys is { } keys ? $" on a walk through seeds {string.Join(", ", keys)}"
            + (request.Loop ? " and back" : "") : "";
        host.Out.WriteLine($"{request.File}: {images.Count} images of {generator.Size}x{generator.Size}{walk} from "
            + $"{generator.Source} ({(generator.Step > 0 ? $"step {generator.Step}, " : "")}weights {generator.Weights}).");
        if (images.Count < request.Count && request is { Seeds: null, Keys: null })
            host.Out.WriteLine($"Rows of equal length take {images.Count} of {request.Count} images.");
        if (images.Labels is { } labels)
            host.Out.WriteLine($"Classes: {string.Join(", ", labels.Distinct().Select(k => generator.Classes[k]))}.");
        return ExitCode.Done;
    }
}
