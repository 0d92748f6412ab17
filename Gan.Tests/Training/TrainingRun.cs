using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Training;

/// <summary>A small training run in a folder of its own.</summary>
sealed class TrainingRun : ITrainingObserver, IDisposable
{
    readonly Device _device;
    readonly IImageSource _source;

    public TrainingRun(string folder, TrainOptions options, params IReadOnlyList<IRunHook> hooks)
        : this(folder, options, Device.Cpu(1), new ShapesSource(32, 0), hooks)
    {
    }

    /// <summary>On a device and a source that are its own from now on.</summary>
    public TrainingRun(string folder, TrainOptions options, Device device, IImageSource source,
        params IReadOnlyList<IRunHook> hooks)
    {
        (_device, _source) = (device, source);
        Options = options.For(source);
        Step = (AdversarialStep)Options.CreateStep(_device);
        Folder = File.Exists(Path.Combine(folder, "config.json")) ? RunFolder.Open(folder) : RunFolder.CreateAt(folder);
        Trainer = new Trainer(Step, _source, Options, Folder, this, hooks);
    }

    /// <summary>Networks of width 4: a step takes milliseconds.</summary>
    public static TrainOptions Tiny { get; } = new()
    {
        Optimisation = new() { Batch = 4, DiscriminatorSteps = 2, Steps = 6, EmaDecay = 0.9f, Seed = 7 },
        Cadence = new() { LogEvery = 4, SampleEvery = 3, CheckpointEvery = 2, KeepLast = 2, GridImages = 4 },
        Gan = new SsganOptions { Ngf = 4, Ndf = 4 },
    };

    public TrainOptions Options { get; }
    public AdversarialStep Step { get; }
    public RunFolder Folder { get; }
    public Trainer Trainer { get; }

    /// <summary>Called after each step.</summary>
    public Action<long>? AfterStep { get; set; }

    public List<string> Notices { get; } = [];

    /// <summary>Steps that were scored.</summary>
    public List<long> Scored { get; } = [];

    public byte[] Tensors(long step) => File.ReadAllBytes(Path.Combine(Folder.Checkpoint(step), Checkpoint.TensorsFile));

    void ITrainingObserver.Stepped(long step, long steps) => AfterStep?.Invoke(step);

    void ITrainingObserver.Logged(TrainingReport report)
    {
    }

    void ITrainingObserver.Wrote(string what, string path)
    {
    }

    void ITrainingObserver.Scored(long step, IReadOnlyList<Receipt> receipts) => Scored.Add(step);

    void ITrainingObserver.Notice(string message) => Notices.Add(message);

    public void Dispose()
    {
        Step.Dispose();
        _source.Dispose();
        _device.Dispose();
    }
}
