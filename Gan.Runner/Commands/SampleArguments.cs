using System.CommandLine;
using System.Globalization;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>What "sample" writes.</summary>
enum OutputKind { Sheet, Folder, Array, Webp, Png }

/// <summary>The options of "sample".</summary>
sealed class SampleArguments
{
    const int MostImages = 1 << 16, MostMilliseconds = 60_000;
    const string RowsOfClasses = "classes";

    readonly Option<string> _output = OptionKinds.Text("--out", "FILE.png|DIR/|FILE.npz|FILE.webp|FILE.apng", "What to write: a "
        + "sheet, a folder with a PNG for each image, an array (arr_0, N x S x S x 3 bytes) or an animation, WebP or PNG. But on "
        + "a sheet without --seeds each image has a seed of its own.");
    readonly Option<int> _count = OptionKinds.Number<int>("--count", "How many images; of each class with --rows classes. "
        + "Default: 64; 8 of each class.");
    readonly Option<ulong> _seed = OptionKinds.Number<ulong>("--seed", "Seed of the noise; the same seed gives the same file. Of "
        + "images with seeds of their own the first one's. Default: 0.");
    readonly Option<string> _seeds = OptionKinds.Text("--seeds", "LIST",
        "In place of --seed and --count: a seed for each image, as 0-63,100.");
    readonly Option<string> _interpolate = OptionKinds.Text("--interpolate", "A:B[:C...]",
        "In place of seeds of single images: seeds to walk through, and --frames images on the way, spherically between normal "
        + "noise.");
    readonly Option<int> _frames = OptionKinds.Number<int>("--frames", "Images of a walk, its first and last seed's included. "
        + "Default: 8 on a sheet, else 60.");
    readonly Option<bool> _loop = OptionKinds.Switch("--loop", "Lead a walk back to its first seed.");
    readonly Option<double> _truncation = OptionKinds.Number<double>("--truncation", "Bound of the noise: numbers of larger "
        + "magnitude are drawn again (the truncation trick of BigGAN); smaller bounds give more typical and more alike images.");
    readonly Option<string> _rows = OptionKinds.Choice("--rows", "A row for each class, of the same seeds or the same walk.",
        RowsOfClasses);
    readonly Option<int> _columns = OptionKinds.Number<int>("--columns", "Images per row; 0, the default, makes the sheet nearly "
        + "square, and a walk one row.");
    readonly Option<int> _scale = OptionKinds.Number<int>("--scale", "Size of each pixel. Default: 2.");
    readonly Option<int> _duration = OptionKinds.Number<int>("--frame-ms", "Milliseconds for which an animation shows a frame. "
        + "Default: 50 of a walk, else 500.");
    readonly Option<int> _quality = OptionKinds.Number<int>("--quality",
        "Quality of a WebP, 1 to 100. Default: 100, which keeps every pixel.");

    public Option<string> Checkpoint { get; } = OptionKinds.Text("--checkpoint", "DIR|FILE",
        "A run's folder (its newest checkpoint), a checkpoint's folder, the tensors.safetensors in one, or a generator's "
        + "safetensors or .pth file with Mimicry's names.");

    public Option<string> Class { get; } = OptionKinds.Text("--class", "NAME|N",
        "Which class to draw, of a GAN that was told them. Default: a row of each; by its seed where an image has one.");

    public Option<string> Averaged { get; } = OptionKinds.Averaged();

    public Option<string> Device { get; } = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");

    public Option<int> Threads { get; } = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");

    public IEnumerable<Option> All =>
    [
        Checkpoint, _output, _count, _seed, _seeds, _interpolate, _frames, _loop, _truncation, _rows, Class, _columns, _scale,
        _duration, _quality, Averaged, Device, Threads,
    ];

    public SampleArguments() => Checkpoint.Required = _output.Required = true;

    /// <summary>What is asked for.</summary>
    /// <exception cref="UsageException">A value is out of range, or options do not go together.</exception>
    public SampleRequest Read(ParseResult parsed)
    {
        string file = parsed.GetValue(_output)!;
        var kind = KindOf(file);
        bool walks = parsed.Has(_interpolate), rows = parsed.Has(_rows), animates = kind is OutputKind.Webp or OutputKind.Png;
        int images = InRange(parsed, _count, rows ? 8 : 64, 1, MostImages), scale = InRange(parsed, _scale, 2, 1, 64);
        int columns = InRange(parsed, _columns, 0, 0, int.MaxValue, " (nearly square)");
        if (parsed.Has(_seeds) && (parsed.Has(_seed) || parsed.Has(_count)))
            throw new UsageException("--seeds stands in place of --seed and --count.");
        if (walks && (parsed.Has(_seeds) || parsed.Has(_seed) || parsed.Has(_count)))
            throw new UsageException("--interpolate names seeds itself, so it goes without --seed, --seeds and --count.");
        if (!walks && (parsed.Has(_frames) || parsed.Has(_loop)))
            throw new UsageException("--frames and --loop go with --interpolate.");
        bool isPicture = kind == OutputKind.Sheet || animates;
        if (kind != OutputKind.Sheet && parsed.Has(_columns) || !isPicture && parsed.Has(_scale))
            throw new UsageException(animates ? "--columns goes with a sheet, FILE.png."
                : "--columns and --scale go with a sheet, FILE.png.");
        if (!animates && parsed.Has(_duration))
            throw new UsageException("--frame-ms goes with an animation, FILE.webp or FILE.apng.");
        if (kind != OutputKind.Webp && parsed.Has(_quality)) throw new UsageException("--quality goes with FILE.webp.");
        if (rows && (parsed.Has(Class) || animates))
            throw new UsageException(animates ? "--rows classes goes with a sheet, a folder or an array, not with an animation."
                : "--rows classes draws all classes, so it goes without --class.");
        ulong[]? keys = walks ? Keys(parsed.GetValue(_interpolate)!) : null;
        double? truncation = Truncation(parsed);
        // Without any of these, a sheet's images are one stream of noise.
        bool single = kind != OutputKind.Sheet || rows || truncation is not null;
        return new SampleRequest(file, kind)
        {
            Count = images, Seed = parsed.Pick(_seed, 0UL), Keys = keys, HasRows = rows, Truncation = truncation,
            Seeds = parsed.GetValue(_seeds) is { } list ? SeedList.Parse(list, MostImages) : walks || !single ? null
                : [.. Enumerable.Range(0, images).Select(i => unchecked(parsed.Pick(_seed, 0UL) + (ulong)i))],
            Frames = keys is null ? 0 : Frames(parsed, keys.Length, kind), Loop = parsed.GetValue(_loop),
            Columns = columns, HasColumns = parsed.Has(_columns), Scale = scale,
            Milliseconds = InRange(parsed, _duration, walks ? 50 : 500, 10, MostMilliseconds),
            Quality = InRange(parsed, _quality, AnimatedWebp.Lossless, 1, AnimatedWebp.Lossless),
        };
    }

    static OutputKind KindOf(string file)
    {
        if (file.EndsWith('/') || file.EndsWith(Path.DirectorySeparatorChar) || Directory.Exists(file)) return OutputKind.Folder;
        return Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".png" => OutputKind.Sheet, ".npz" => OutputKind.Array, ".webp" => OutputKind.Webp, ".apng" => OutputKind.Png,
            ".gif" => throw new UsageException(
                $"--out is {file}; a GIF has 256 colours, so animations are FILE.webp or FILE.apng."),
            _ => throw new UsageException($"--out is {file}; it takes a sheet, FILE.png, a folder, {file}/, an array, FILE.npz, "
                + "or an animation, FILE.webp or FILE.apng."),
        };
    }

    static int InRange(ParseResult parsed, Option<int> option, int otherwise, int least, int most, string zero = "")
    {
        int value = parsed.Pick(option, otherwise);
        if (value >= least && value <= most) return value;
        throw new UsageException($"{option.Name} is {value}; it takes "
            + (most == int.MaxValue ? $"{least}{zero} or more." : $"{least} to {most}."));
    }

    static ulong[] Keys(string text)
    {
        string[] parts = text.Split(':', StringSplitOptions.TrimEntries);
        var keys = new ulong[parts.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (parts.Length < 2 || !ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out keys[i]))
                throw new UsageException($"--interpolate takes two seeds or more, as 3:8 or 3:8:11, not \"{text}\".");
        }
        return keys;
    }

    int Frames(ParseResult parsed, int keys, OutputKind kind)
    {
        int frames = InRange(parsed, _frames, Math.Max(keys, kind == OutputKind.Sheet ? 8 : 60), 2, MostImages);
        return frames >= keys ? frames
            : throw new UsageException($"--frames is {frames}, fewer than the {keys} seeds of --interpolate.");
    }

    double? Truncation(ParseResult parsed)
    {
        if (!parsed.Has(_truncation)) return null;
        double bound = parsed.GetValue(_truncation);
        return bound is >= 0.01 and <= 100 ? bound : throw new UsageException(string.Create(CultureInfo.InvariantCulture,
            $"--truncation is {bound}; it takes 0.01 to 100, in standard deviations of normal noise."));
    }
}

/// <summary>What "sample" was asked for.</summary>
/// <param name="File">What to write.</param>
/// <param name="Kind">As what.</param>
sealed record SampleRequest(string File, OutputKind Kind)
{
    /// <summary>How many images of one stream of noise.</summary>
    public int Count { get; init; }

    /// <summary>The stream's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>A seed for each image; null for one stream, or a walk.</summary>
    public ulong[]? Seeds { get; init; }

    /// <summary>Seeds to walk through; null for single images.</summary>
    public ulong[]? Keys { get; init; }

    /// <summary>Images of a walk.</summary>
    public int Frames { get; init; }

    /// <summary>Whether it goes back to its first seed.</summary>
    public bool Loop { get; init; }

    /// <summary>Bound of the noise; null for none.</summary>
    public double? Truncation { get; init; }

    /// <summary>Whether there is a row for each class.</summary>
    public bool HasRows { get; init; }

    /// <summary>Images of a row; 0 leaves that open.</summary>
    public int Columns { get; init; }

    /// <summary>Whether that was asked for.</summary>
    public bool HasColumns { get; init; }

    /// <summary>Size of each pixel.</summary>
    public int Scale { get; init; }

    /// <summary>How long a frame stays.</summary>
    public int Milliseconds { get; init; }

    /// <summary>Of a WebP.</summary>
    public int Quality { get; init; }
}
