using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"export": a network in the formats of others.</summary>
static class ExportCommand
{
    public static Command Build(Host host)
    {
        var checkpoint = OptionKinds.Text("--checkpoint", "DIR|FILE", "What \"sample\" takes.");
        var network = OptionKinds.Choice("--network", "Which network. Default: generator.", "generator", "discriminator");
        var ema = OptionKinds.Averaged();
        (Option<string> Option, Action<TrainedNetwork, string> Save)[] formats =
        [
            (OptionKinds.Text("--onnx", "FILE", "An ONNX model (opset 17) of any batch: z to images, or images to logits, as "
                + "N x C x H x W; with labels, int32, where the network was told classes."),
                static (n, file) => n.SaveOnnx(file)),
            (OptionKinds.Text("--safetensors", "FILE", "The weights and buffers."), static (n, file) => n.SaveSafetensors(file)),
            (OptionKinds.Text("--pth", "FILE", "The same, for torch.load."), static (n, file) => n.SavePth(file)),
        ];
        checkpoint.Required = true;
        var command = new Command("export", "Write a network of a checkpoint for other programs.") { checkpoint, network, ema };
        foreach (var (option, _) in formats) command.Add(option);
        command.SetAction(parsed =>
        {
            var wanted = formats.Where(f => parsed.Has(f.Option)).ToList();
            if (wanted.Count == 0) throw new UsageException("Name a file: --onnx FILE, --safetensors FILE or --pth FILE.");
            using var device = Device.Cpu();
            using var trained = TrainedNetwork.Open(device, parsed.GetValue(checkpoint)!,
                parsed.Pick(network, "generator") == "discriminator", parsed.IsAveraged(ema));
            foreach (var (option, save) in wanted)
            {
                string file = parsed.GetValue(option)!;
                save(trained, file);
                host.Out.WriteLine($"{file}: weights {trained.Weights} of {trained.Source}.");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
