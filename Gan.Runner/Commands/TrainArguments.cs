using System.CommandLine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Data;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Commands;

/// <summary>The options of "train" and how they change a run's settings.</summary>
sealed class TrainArguments
{
    readonly Option<string> _data = OptionKinds.Text("--data", "NAME|DIR",
        $"{DatasetFactory.Accepted}. Default: shapes, which is drawn on the fly.");
    readonly Option<int> _size = OptionKinds.Number<int>("--size", "Image side: 32 (default), 48, 64 or 128.");
    readonly Option<long> _steps = OptionKinds.Number<long>("--steps", "Generator updates in all.");
    readonly Option<int> _batch = OptionKinds.Number<int>("--batch", "Images per update.");
    readonly Option<int> _discriminatorSteps = OptionKinds.Number<int>("--n-dis", "Discriminator updates per generator update.");
    readonly Option<float> _learningRate = OptionKinds.Number<float>("--lr", "Learning rate at the start.");
    readonly Option<string> _schedule = OptionKinds.Choice("--lr-schedule",
        "Course of the learning rate: a straight line from --lr at the first step to 0 at "
        + "the last, --lr throughout, or, with --resume, a new line from --lr at the checkpoint to 0 at the last step.",
        "linear", "constant", "restart");
    readonly Option<double> _beta1 = OptionKinds.Number<double>("--beta1", "Adam's decay of the gradient's mean.");
    readonly Option<double> _beta2 = OptionKinds.Number<double>("--beta2", "Adam's decay of the squared gradient's mean.");
    readonly Option<float> _rotationReal =
        OptionKinds.Number<float>("--rotation-real", "Weight of the rotation loss for the discriminator.");
    readonly Option<float> _rotationFake =
        OptionKinds.Number<float>("--rotation-fake", "Weight of the rotation loss for the generator.");
    readonly Option<string> _rotation = OptionKinds.Choice("--rotation",
        "Which images turn: each once, or the first quarter in all four directions.", "quarters", "four-angles");
    readonly Option<string> _shortcut = OptionKinds.Choice("--shortcut", "What residual shortcuts of the discriminator see.",
        "relu", "raw");
    readonly Option<bool> _onePass = OptionKinds.Switch("--one-pass",
        "Real, fake and turned images go through the discriminator as one batch, with one power iteration for all of them "
        + "instead of one each.");
    readonly Option<float> _ema =
        OptionKinds.Number<float>("--ema", "Decay of the averaged generator that draws the samples; 0 keeps none.");
    readonly Option<bool> _flip = OptionKinds.Switch("--flip", "Mirror images at random.");
    readonly Option<bool> _skipBad = OptionKinds.Switch("--skip-bad", "Leave out unreadable images of a folder.");
    readonly Option<int> _ngf =
        OptionKinds.Number<int>("--ngf", "Channels of the generator's widest layer; 0 is the published width.");
    readonly Option<int> _ndf =
        OptionKinds.Number<int>("--ndf", "Channels of the discriminator's widest layer; 0 is the published width.");
    readonly Option<ulong> _seed = OptionKinds.Number<ulong>("--seed", "Seed of weights, noise and shuffling.");
    readonly Option<string> _precision = OptionKinds.Choice(
        "--precision", "Arithmetic of products, and in bf16 of activations; the CPU has f32 only.", [.. Arithmetic.Names]);
    readonly Option<string> _graphs = OptionKinds.Choice("--graphs",
        "Whether a GPU replays its updates as graphs (default) or runs each operation.", "on", "off");
    readonly Option<string> _dataOnDevice = OptionKinds.Choice("--data-on-device",
        "Whether a GPU keeps all images: where they take at most half of its free memory (auto, the default), always, or never.",
        "auto", "on", "off");
    readonly Option<long> _logEvery = OptionKinds.Number<long>("--log-every", "Steps between log lines.");
    readonly Option<long> _sampleEvery = OptionKinds.Number<long>("--sample-every", "Steps between sample grids.");
    readonly Option<long> _checkpointEvery = OptionKinds.Number<long>("--checkpoint-every", "Steps between checkpoints.");
    readonly Option<int> _keepLast = OptionKinds.Number<int>("--keep-last", "Checkpoints to keep.");
    readonly Option<int> _grid = OptionKinds.Number<int>("--grid", "Images per sample grid.");

    public Option<string> Preset { get; } = OptionKinds.Choice("--preset",
        "Values of all options that are not given: the published recipe, or two minutes on two cores. Default: tiny on a CPU.",
        [.. Presets.Names]);

    public Option<string> Out { get; } = OptionKinds.Text("--out", "DIR",
        "The run's folder. Default: the next numbered one in runs.");

    public Option<string> Resume { get; } = OptionKinds.Text("--resume", "DIR",
        "Go on with a run (its newest checkpoint) or from one checkpoint.");

    public Option<string> DataDirectory { get; } = OptionKinds.Text("--data-dir", "DIR",
        "Where named data sets are kept. Default: data.");

    public Option<string> Device { get; } = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");

    public Option<int> Threads { get; } = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");

    readonly Option<bool> _autotune = OptionKinds.Switch("--autotune",
        "On a GPU, time cuDNN's plans for each convolution when it is first met, and keep the fastest, also for later runs.");

    readonly Option<bool> _deterministic = OptionKinds.Switch("--deterministic",
        "On a GPU, take only plans that repeat their results bit for bit; without --autotune no others are ever taken. "
        + "On a CPU, whose results always repeat, sum convolutions plainly instead of by Winograd's method.");

    public Option<bool> DryRun { get; } = OptionKinds.Switch("--dry-run", "Print layers, memory and time per step, and leave.");

    public Option<bool> Plain { get; } = OptionKinds.Switch("--plain", "Print lines instead of a live panel.");

    public IEnumerable<Option> All =>
    [
        _data, _size, Out, Resume, Preset, _steps, _batch, Device, Threads, _precision, _seed, _discriminatorSteps, _learningRate,
        _schedule, _beta1, _beta2, _rotationReal, _rotationFake, _rotation, _shortcut, _onePass, _ema, _flip, _ngf, _ndf,
        _logEvery, _sampleEvery, _checkpointEvery, _keepLast, _grid, _graphs, _dataOnDevice, DataDirectory, _skipBad, _autotune,
        _deterministic, DryRun, Plain,
    ];

    /// <summary>How a GPU is used.</summary>
    public CudaOptions Cuda(ParseResult parsed, string? cacheFolder) => new()
    {
        Autotune = parsed.GetValue(_autotune), Deterministic = parsed.GetValue(_deterministic), CacheFolder = cacheFolder,
    };

    /// <summary>Whether the learning rate is to fall anew from its start.</summary>
    public bool RestartsRate(ParseResult parsed) => parsed.Has(_schedule) && parsed.GetValue(_schedule) == "restart";

    /// <summary>Whether a course of the learning rate stands on the command line.</summary>
    public bool HasSchedule(ParseResult parsed) => parsed.Has(_schedule);

    /// <summary>The image side on the command line, or the default.</summary>
    public int Size(ParseResult parsed) => parsed.Pick(_size, 32);

    /// <summary>Settings with everything that stands on the command line put in.</summary>
    public TrainOptions Apply(ParseResult parsed, TrainOptions settings) => settings with
    {
        Data = parsed.Has(_data) ? Place(parsed.GetValue(_data)!) : settings.Data,
        Size = parsed.Pick(_size, settings.Size),
        Steps = parsed.Pick(_steps, settings.Steps),
        Batch = parsed.Pick(_batch, settings.Batch),
        DiscriminatorSteps = parsed.Pick(_discriminatorSteps, settings.DiscriminatorSteps),
        LearningRate = parsed.Pick(_learningRate, settings.LearningRate),
        Decay = parsed.Has(_schedule) ? parsed.GetValue(_schedule) != "constant" : settings.Decay,
        DecayFrom = parsed.Has(_schedule) ? 0 : settings.DecayFrom,
        Beta1 = parsed.Pick(_beta1, settings.Beta1),
        Beta2 = parsed.Pick(_beta2, settings.Beta2),
        RealRotationScale = parsed.Pick(_rotationReal, settings.RealRotationScale),
        FakeRotationScale = parsed.Pick(_rotationFake, settings.FakeRotationScale),
        RotationBatch = !parsed.Has(_rotation) ? settings.RotationBatch
            : parsed.GetValue(_rotation) == "quarters" ? RotationBatch.Quarters : RotationBatch.FourAnglesOfAQuarter,
        ShortcutFromRelu = parsed.Has(_shortcut) ? parsed.GetValue(_shortcut) == "relu" : settings.ShortcutFromRelu,
        OnePass = parsed.Pick(_onePass, settings.OnePass),
        EmaDecay = parsed.Pick(_ema, settings.EmaDecay),
        Flip = parsed.Pick(_flip, settings.Flip),
        SkipBad = parsed.Pick(_skipBad, settings.SkipBad),
        Ngf = parsed.Pick(_ngf, settings.Ngf),
        Ndf = parsed.Pick(_ndf, settings.Ndf),
        Seed = parsed.Pick(_seed, settings.Seed),
        Precision = parsed.Pick(_precision, settings.Precision),
        Graphs = parsed.Has(_graphs) ? parsed.GetValue(_graphs) == "on" : settings.Graphs,
        DataOnDevice = parsed.Has(_dataOnDevice) ? Enum.Parse<DataOnDevice>(parsed.GetValue(_dataOnDevice)!, ignoreCase: true)
            : settings.DataOnDevice,
        LogEvery = parsed.Pick(_logEvery, settings.LogEvery),
        SampleEvery = parsed.Pick(_sampleEvery, settings.SampleEvery),
        CheckpointEvery = parsed.Pick(_checkpointEvery, settings.CheckpointEvery),
        KeepLast = parsed.Pick(_keepLast, settings.KeepLast),
        GridImages = parsed.Pick(_grid, settings.GridImages),
    };

    /// <summary>The option that sets a value of config.json; the value's own name where none does.</summary>
    public string NameOf(string setting) => setting switch
    {
        "data" => _data.Name, "size" => _size.Name, "ngf" => _ngf.Name, "ndf" => _ndf.Name, "steps" => _steps.Name,
        "batch" => _batch.Name, "discriminatorSteps" => _discriminatorSteps.Name, "learningRate" => _learningRate.Name,
        "decay" or "decayFrom" => _schedule.Name, "beta1" => _beta1.Name, "beta2" => _beta2.Name,
        "realRotationScale" => _rotationReal.Name, "fakeRotationScale" => _rotationFake.Name,
        "rotationBatch" => _rotation.Name, "shortcutFromRelu" => _shortcut.Name, "onePass" => _onePass.Name,
        "emaDecay" => _ema.Name, "flip" => _flip.Name, "skipBad" => _skipBad.Name, "seed" => _seed.Name,
        "precision" => _precision.Name, "graphs" => _graphs.Name,
        "dataOnDevice" => _dataOnDevice.Name, "logEvery" => _logEvery.Name, "sampleEvery" => _sampleEvery.Name,
        "checkpointEvery" => _checkpointEvery.Name, "keepLast" => _keepLast.Name, "gridImages" => _grid.Name, _ => setting,
    };

    /// <summary>A value of config.json as its option takes it.</summary>
    public static string ValueOf(string setting, string value) => (setting, value) switch
    {
        ("decay", "True") => "linear", ("decay", "False") => "constant",
        ("shortcutFromRelu", "True") => "relu", ("shortcutFromRelu", "False") => "raw",
        ("rotationBatch", nameof(RotationBatch.Quarters)) => "quarters", ("rotationBatch", _) => "four-angles",
        ("dataOnDevice", _) => value.ToLowerInvariant(), (_, "True") => "on", (_, "False") => "off", _ => value,
    };

    /// <summary>A place on disk in full, so that a run is resumed from any folder; a name as it is.</summary>
    static string Place(string data) =>
        data is not ("shapes" or "cifar10" or "cifar100" or "stl10") && (Directory.Exists(data) || File.Exists(data))
            ? Path.GetFullPath(data) : data;
}
