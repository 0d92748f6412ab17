using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>A generator read from a checkpoint, ready to draw images.</summary>
public sealed partial class TrainedGenerator : IDisposable
{
    readonly Device _device;
    readonly Generator _network;

    readonly ImageRecord _record;

    TrainedGenerator(Device device, Generator network, ImageRecord record, ClassList classes, DataSettings? data)
    {
        (_device, _network, _record, Classes, TrainedOn) = (device, network, record, classes, data);
        network.Eval();
    }

    /// <summary>The folder or file it came from.</summary>
    public string Source => _record.Name;

    /// <summary>Which weights: "g" or, for averaged ones, "g_ema".</summary>
    public string Weights => _record.Weights!;

    /// <summary>How long it was trained, in generator updates; 0 where the file does not say.</summary>
    public long Step => _record.Step ?? 0;

    /// <summary>The data set that it was trained on, by its name or place; null where the file does not say.</summary>
    public string? Data => TrainedOn?.Data;

    /// <summary>How that was read; null where the file does not say.</summary>
    public DataSettings? TrainedOn { get; }

    /// <summary>Image side.</summary>
    public int Size => _network.Size;

    internal Generator Network => _network;

    internal ImageRecord Record => _record;

    /// <summary>Names of the classes that it draws; none where it knows none.</summary>
    public ClassList Classes { get; }

    /// <summary>Reads a generator. The device stays the caller's.</summary>
    /// <param name="device">Where it will run.</param>
    /// <param name="path">
    /// A run's folder (its newest checkpoint), a checkpoint's folder, the tensors' file in one, or a safetensors or PyTorch file
    /// (.pth) with Mimicry's names.
    /// </param>
    /// <param name="average">Whether to take the averaged weights; null takes them where there are any.</param>
    /// <exception cref="TrainingException">It is no checkpoint, or damaged, or has no averaged weights.</exception>
    /// <exception cref="WeightsException">The file does not hold a generator.</exception>
    /// <exception cref="TensorFileException">The file is damaged or of another kind, or holds a value that is not
    /// finite.</exception>
    public static TrainedGenerator Open(Device device, string path, bool? average = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path) && FolderOf(path) is null) return OpenMimicry(device, path, average);
        string folder = FolderOf(path) ?? RunFolder.FindCheckpoint(path);
        var state = Checkpoint.ReadState(folder);
        bool has = state.Options.Gan.Averages(state.Options.Optimisation);
        if (average == true && !has)
            throw new TrainingException($"{folder} has no averaged generator: it was trained without --ema and --ema-half-life.");
        string weights = average ?? has ? "g_ema" : "g";
        using var random = new Rng(device, 0);
        var network = state.Options.Gan.CreateGenerator(random, state.Options.Data.Size, state.Options.Data.Classes.Count);
        try
        {
            Checkpoint.ReadNetwork(folder, weights, network);
            var record = new ImageRecord(folder, state.TensorsSha256, 0)
            {
                Model = state.Options.Gan.Model, Step = state.Step, Weights = weights,
            };
            return new TrainedGenerator(device, network, record, state.Options.Data.Classes,
                state.Options.Data);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Pixels (count, S, S, 3), the same for the same seed; the first images do not depend on the count.</summary>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="count">How many images.</param>
    /// <param name="labels">The class of each, where it knows classes; null chooses them at random.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <exception cref="ArgumentException">It knows no classes, or there is a label too many or too few, or of no
    /// class.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="TrainingException">A pixel is NaN: finite weights too large to compute with, say.</exception>
    public byte[] Draw(ulong seed, int count, IReadOnlyList<int>? labels = null, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int[] chosen = Chosen(seed, count, labels);
        using var random = new Rng(_device, seed);
        int drawn = 0;
        return Pixels.Draw(_device, count, Images, stop: stop);

        Tensor Images(int n)
        {
            var images = Forward(random, chosen, drawn, n);
            drawn += n;
            return images;
        }
    }

    /// <summary>Pixels (seeds, S, S, 3), each image from a seed of its own: it is the same whichever others are drawn.</summary>
    /// <param name="seeds">The seeds.</param>
    /// <param name="labels">The class of each, where it knows classes; null chooses them at random, by the seed.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <inheritdoc cref="Draw(ulong, int, IReadOnlyList{int}?, CancellationToken)"/>
    public byte[] Draw(IReadOnlyList<ulong> seeds, IReadOnlyList<int>? labels = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds.Count, 1);
        int[] chosen = labels is null && Classes.Count > 0 ? [.. seeds.SelectMany(s => Chosen(s, 1, null))]
            : Chosen(0, seeds.Count, labels);
        int drawn = 0;
        return Pixels.Draw(_device, seeds.Count, Images, stop: stop);

        Tensor Images(int n)
        {
            var noise = Tensor.Concat([.. seeds.Skip(drawn).Take(n).Select(Noise)], 0);
            var images = Finite(_network.Forward(new Latent(noise, Labels(chosen, drawn, n))));
            drawn += n;
            return images;
        }

        Tensor Noise(ulong seed)
        {
            using var random = new Rng(_device, seed);
            return _network.Draw(random, 1, Labels(chosen, 0, Math.Min(1, chosen.Length))).Z;
        }
    }

    /// <summary>Images that are drawn while they are measured; this generator must live as long.</summary>
    /// <param name="request">Which.</param>
    public DrawnImages Images(DrawRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        int[] chosen = Chosen(request.Seed, request.Count, null);
        var record = _record with
        {
            Count = request.Count, BatchNorm = request.BatchStatistics ? "batch" : "running",
            Choice = $"seed {request.Seed}",
        };
        return new(record, _device, Size, request.Seed, DrawRequest.Batch, request.Mapping, (random, first, n) =>
        {
            if (!request.BatchStatistics) return Forward(random, chosen, first, n);
            // Training moves buffers: running statistics, estimates of singular vectors. They are put back.
            var buffers = _network.NamedBuffers().Select(static b => (b.Tensor, Kept: Copy(b.Tensor))).ToList();
            _network.Train();
            try
            {
                return Forward(random, chosen, first, n);
            }
            finally
            {
                _network.Eval();
                foreach (var (tensor, kept) in buffers) tensor.CopyFrom(kept);
            }
        });
    }

    static Tensor Copy(Tensor tensor)
    {
        var copy = tensor.Device.Empty(tensor.Shape, tensor.Type);
        copy.CopyFrom(tensor);
        return copy;
    }

    Tensor Forward(Rng random, int[] classes, int first, int n) =>
        Finite(_network.Forward(_network.Draw(random, n, Labels(classes, first, n))));

    Tensor? Labels(int[] classes, int first, int n) =>
        classes.Length == 0 ? null : _device.From(classes.AsSpan(first, n), new Shape(n));

    /// <summary>As a byte NaN would be 0, and a sheet of it black. All pixels lie in [-1, 1], so only NaN can spoil their
    /// sum.</summary>
    Tensor Finite(Tensor images) => float.IsFinite(images.Sum().Item()) ? images : throw new TrainingException(
        $"{Source} draws images that are not numbers (NaN): its weights are too large to compute with in F32.");

    int[] Chosen(ulong seed, int count, IReadOnlyList<int>? labels)
    {
        if (Classes.Count == 0)
        {
            if (labels is not null) throw new ArgumentException($"{Source} draws no classes, so it takes no labels.");
            return [];
        }
        if (labels is null)
            return [.. Enumerable.Range(0, count).Select(i => SplitMix.For(seed, (ulong)i).Below(Classes.Count))];
        if (labels.Count != count) throw new ArgumentException($"There are {labels.Count} labels for {count} images.");
        foreach (int label in labels)
        {
            if (label < 0 || label >= Classes.Count)
                throw new ArgumentException($"Label {label} is no class of {Source}: they are 0 to {Classes.Count - 1}.");
        }
        return [.. labels];
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _network.Dispose();

    /// <summary>The checkpoint that a file belongs to, or null.</summary>
    internal static string? FolderOf(string file)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file));
        bool part = Path.GetFileName(file) is Checkpoint.TensorsFile or Checkpoint.StateFile;
        return part && folder is not null && File.Exists(Path.Combine(folder, Checkpoint.StateFile)) ? folder : null;
    }

    static TrainedGenerator OpenMimicry(Device device, string path, bool? average)
    {
        if (average == true)
            throw new TrainingException(
                $"{path} holds one generator; averaged weights are in this program's own checkpoints only.");
        using var random = new Rng(device, 0);
        var (architecture, options) = MimicryWeights.GeneratorOf(path);
        var network = new ResNetGenerator(random, architecture, options);
        try
        {
            MimicryWeights.Load(path, network);
            // The file has no names of the classes.
            var classes = Enumerable.Range(0, network.Classes).Select(static i => i.ToString(CultureInfo.InvariantCulture));
            return new TrainedGenerator(device, network, new ImageRecord(path, Sha256File.Of(path), 0) { Weights = "g" },
                new(classes), null);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
