using System.Buffers.Binary;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization.TensorBoard;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Training;

/// <summary>
/// A run for TensorBoard, in a file of events in its folder: the numbers of log lines and scores, sheets of samples, and, as
/// often as checkpoints are written, how weights and singular values are spread; at the start the settings. A resumed run makes
/// a file of its own, and a board forgets what the one before has from that step on.
/// </summary>
/// <param name="clock">What tells the times of events; null for the system's.</param>
public sealed class TensorBoardHook(TimeProvider? clock = null) : IRunHook, IDisposable
{
    // Singular values are the roots of the eigenvalues of a matrix this large at most: a few hundredths of a second a layer.
    const int MostSingular = 128;

    // A sheet that is larger is none that anybody looks at in a board.
    const long MostSheetBytes = 32 << 20;

    EventFile? _file;
    TrainingReport? _report;
    IReadOnlyList<Receipt>? _scores;

    /// <inheritdoc/>
    public Every Every { get; } = new(1, AtStart: true);

    /// <inheritdoc/>
    public void Run(RunState run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (_file is null) Begin(run);
        if (run.Report is { } report && !ReferenceEquals(report, _report)) _file!.Scalars(run.Done, Numbers(_report = report));
        if (run.Scores is { } scores && !ReferenceEquals(scores, _scores))
            _file!.Scalars(run.Done, (_scores = scores).Select(static s => ($"scores/{s.Metric}", s.Value)));
        bool ends = run.Done == run.Options.Optimisation.Steps;
        if (ends || run.Done % run.Options.Cadence.SampleEvery == 0) Sheet(run);
        if (ends || run.Done % run.Options.Cadence.CheckpointEvery == 0) _file!.Histograms(run.Done, Spreads(run.Step));
    }

    void Begin(RunState run)
    {
        _file = EventFile.Create(run.Folder.Path, clock);
        if (run.Done > 0) _file.Restart(run.Done);
        string table = string.Concat(TrainOptions.Values(run.Options).Where(static v => v.Value.Length > 0)
            .Select(static v => $"| {v.Key} | {v.Value.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));
        _file.Text(run.Done, "settings", "| setting | value |\n|---|---|\n" + table);
    }

    static IEnumerable<(string, double)> Numbers(TrainingReport report) =>
    [
        .. report.Metrics.Select(static m => ($"{Group(m.Name)}/{m.Name}", m.Value)),
        ("run/learning_rate", report.LearningRate), ("run/images_per_second", report.ImagesPerSecond),
        ("run/live_bytes", report.LiveBytes), ("run/peak_bytes", report.PeakBytes),
        .. report.Sigmas.Select(static s => ($"sigma/{s.Name}", s.Value)),
    ];

    static string Group(string name) => name switch
    {
        _ when name.StartsWith("loss", StringComparison.Ordinal) => "loss",
        _ when name.StartsWith("rotation_accuracy", StringComparison.Ordinal) => "rotation",
        _ when name.StartsWith("grad_norm", StringComparison.Ordinal) => "gradient",
        "d_real" or "d_fake" => "logits",
        _ => "other",
    };

    /// <summary>The sheet that the run has just drawn, as its file is.</summary>
    void Sheet(RunState run)
    {
        const int header = 24, width = 16, height = 20; // Of a PNG [PNG specification, 11.2.2].
        var file = new FileInfo(run.Folder.Sample(run.Done));
        if (file is not { Exists: true, Length: > header and <= MostSheetBytes }) return;
        byte[] png = File.ReadAllBytes(file.FullName);
        _file!.Image(run.Done, "samples", png, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(width)),
            BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(height)));
    }

    /// <summary>How the weights of each layer are spread, and the singular values of those with spectral norm.</summary>
    static IEnumerable<(string, Histogram)> Spreads(GanStep step)
    {
        foreach (var (network, module) in step.Networks.Where(static n => n.Name != "g_ema"))
        {
            var normed = module.Modules().OfType<SpectralNorm>().Select(static n => n.Weight).ToHashSet();
            foreach (var (name, tensor) in module.NamedParameters())
            {
                float[] values = tensor.ToArray();
                yield return ($"weights/{network}.{name}", Histogram.Of(values));
                if (normed.Contains(tensor) && SingularValues(values, tensor.Shape[0]) is { } singular)
                    yield return ($"singular/{network}.{name}", Histogram.Of(singular));
            }
        }
    }

    /// <summary>The singular values of a matrix with so many rows, rising; null where it is too large for this.</summary>
    internal static float[]? SingularValues(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows, side = Math.Min(rows, columns);
        if (side > MostSingular) return null;
        double[] lines = new double[matrix.Length];
        // The smaller of WWᵀ and WᵀW: AᵀA of the one that is taller than wide.
        for (int i = 0; i < matrix.Length; i++) lines[rows <= columns ? i % columns * rows + i / columns : i] = matrix[i];
        var tall = new DoubleRows(lines, side);
        double[] gram = GramProduct.Of(tall, tall, symmetric: true, threads: 1);
        return [.. FrechetReference.Decompose(gram, side, new double[gram.Length])
            .Select(static v => (float)Math.Sqrt(Math.Max(0, v)))];
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();
}
