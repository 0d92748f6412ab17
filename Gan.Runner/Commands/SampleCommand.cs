using System.CommandLine;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"sample": a sheet of images from a checkpoint.</summary>
static class SampleCommand
{
    const int MostImages = 1 << 16;

    public static Command Build(Host host)
    {
        var checkpoint = OptionKinds.Text("--checkpoint", "DIR|FILE",
            "A run's folder (its newest checkpoint), a checkpoint's folder, the tensors.safetensors in one, or a generator's "
            + "safetensors or .pth file with Mimicry's names.");
        var output = OptionKinds.Text("--out", "FILE.png|DIR/|FILE.npz", "What to write: a sheet, a folder with a PNG for each "
            + "image, or an array (arr_0, N x S x S x 3 bytes). In a folder or an array each image has a seed of its own.");
        var count = OptionKinds.Number<int>("--count", "How many images. Default: 64.");
        var seed = OptionKinds.Number<ulong>("--seed", "Seed of the noise; the same seed gives the same file. Of images with "
            + "seeds of their own the first one's. Default: 0.");
        var seeds = OptionKinds.Text("--seeds", "LIST", "In place of --seed and --count: a seed for each image, as 0-63,100.");
        var columns = OptionKinds.Number<int>("--columns", "Images per row; 0, the default, makes the sheet nearly square.");
        var scale = OptionKinds.Number<int>("--scale", "Size of each pixel. Default: 2.");
        var @class = OptionKinds.Text("--class", "NAME|N", "Which class to draw, of a GAN that was told them. Default: a row of "
            + "each.");
        var ema = OptionKinds.Averaged();
        var device = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");
        var threads = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");
        checkpoint.Required = output.Required = true;
        var command = new Command("sample", "Draw images from a checkpoint.") { checkpoint, output, count, seed, seeds,
            columns, scale, @class, ema, device, threads };
        command.SetAction(parsed =>
        {
            var (images, perRow, pixel) = (parsed.Pick(count, 64), parsed.Pick(columns, 0), parsed.Pick(scale, 2));
            if (images is < 1 or > MostImages) throw new UsageException($"--count is {images}; it takes 1 to {MostImages}.");
            if (perRow < 0) throw new UsageException($"--columns is {perRow}; it takes 0 (nearly square) or more.");
            if (pixel is < 1 or > 64) throw new UsageException($"--scale is {pixel}; it takes 1 to 64.");
            string file = parsed.GetValue(output)!;
            var kind = KindOf(file);
            if (parsed.Has(seeds) && (parsed.Has(seed) || parsed.Has(count)))
                throw new UsageException("--seeds stands in place of --seed and --count.");
            if (kind != OutputKind.Sheet && (parsed.Has(columns) || parsed.Has(scale)))
                throw new UsageException("--columns and --scale go with a sheet, FILE.png.");
            ulong[]? own = parsed.GetValue(seeds) is { } list ? SeedList.Parse(list, MostImages)
                : kind == OutputKind.Sheet ? null
                : [.. Enumerable.Range(0, images).Select(i => unchecked(parsed.Pick(seed, 0UL) + (ulong)i))];
            images = own?.Length ?? images;
            bool? average = parsed.IsAveraged(ema);
            using var place = DeviceChoice.Open(host.Devices, parsed.Pick(device, "auto"),
                new() { Threads = parsed.Pick(threads, 0) }, host.Out.WriteLine);
            int told = DeviceNotices.Print(place, host.Out);
            using var generator = TrainedGenerator.Open(place, parsed.GetValue(checkpoint)!, average);
            int asked = images;
            var labels = Labels(parsed.GetValue(@class), generator, parsed.Has(columns), ref images, ref perRow,
                own is not null);
            if (kind == OutputKind.Folder) SampleFiles.SaveImages(file, generator, own!, labels, host);
            else if (kind == OutputKind.Array) SampleFiles.SaveArray(file, generator, own!, labels, host);
            else
            {
                CheckSheet(images, generator.Size, perRow, pixel);
                byte[] pixels = own is null ? generator.Draw(parsed.Pick(seed, 0UL), images, labels, host.Stop)
                    : generator.Draw(own, labels, host.Stop);
                ImageGrid.Save(file, pixels, images, generator.Size, perRow, pixel);
            }
            DeviceNotices.PrintNew(place, host.Out, told);
            host.Out.WriteLine($"{file}: {images} images of {generator.Size}x{generator.Size} from {generator.Source} "
                + $"({(generator.Step > 0 ? $"step {generator.Step}, " : "")}weights {generator.Weights}).");
            if (images < asked) host.Out.WriteLine($"Rows of equal length take {images} of {asked} images.");
            if (labels is not null)
                host.Out.WriteLine($"Classes: {string.Join(", ", labels.Distinct().Select(k => generator.Classes[k]))}.");
            return ExitCode.Done;
        });
        return command;
    }

    enum OutputKind { Sheet, Folder, Array }

    static OutputKind KindOf(string file)
    {
        if (file.EndsWith('/') || file.EndsWith(Path.DirectorySeparatorChar) || Directory.Exists(file)) return OutputKind.Folder;
        if (file.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)) return OutputKind.Array;
        return file.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? OutputKind.Sheet : throw new UsageException(
            $"--out is {file}; it takes a sheet, FILE.png, a folder, {file}/, or an array, FILE.npz.");
    }

    /// <summary>The class of each image; null where the generator knows none, or chooses by the seed.</summary>
    static int[]? Labels(string? name, TrainedGenerator generator, bool hasColumns, ref int images, ref int perRow, bool bySeed)
    {
        if (generator.Classes.Count == 0)
        {
            if (name is null) return null;
            throw new UsageException($"--class is {name}, and {generator.Source} was not told classes.");
        }
        if (name is null && bySeed) return null;
        if (name is null)
        {
            var (labels, columns) = ClassRows.Of(images, generator.Classes.Count);
            (images, perRow) = (labels.Length, hasColumns ? perRow : columns);
            return labels;
        }
        try
        {
            int[] labels = new int[images];
            labels.AsSpan().Fill(generator.Classes.Label(name));
            return labels;
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--class: {e.Message}", e);
        }
    }

    static void CheckSheet(int images, int size, int perRow, int pixel)
    {
        try
        {
            ImageGrid.CheckSheet(images, size, perRow, pixel);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
