using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>A generator read from a checkpoint, ready to draw images.</summary>
public sealed class TrainedGenerator : IDisposable
{
    readonly Device _device;
    readonly Generator _network;

    TrainedGenerator(Device device, Generator network, string source, string weights, long step, ClassList classes)
    {
        (_device, _network, Source, Weights, Step, Classes) = (device, network, source, weights, step, classes);
        network.Eval();
    }

    /// <summary>The folder or file it came from.</summary>
    public string Source { get; }

    /// <summary>Which weights: "g" or, for averaged ones, "g_ema".</summary>
    public string Weights { get; }

    /// <summary>How long it was trained, in generator updates; 0 where the file does not say.</summary>
    public long Step { get; }

    /// <summary>Image side.</summary>
    public int Size => _network.Size;

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
            return new TrainedGenerator(device, network, folder, weights, state.Step, state.Options.Data.Classes);
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
            var classes = chosen.Length == 0 ? null : _device.From(chosen.AsSpan(drawn, n), new Shape(n));
            drawn += n;
            var images = _network.Forward(_network.Draw(random, n, classes));
            // As a byte NaN would be 0, and a sheet of it black. All pixels lie in [-1, 1], so only NaN can spoil their sum.
            if (!float.IsFinite(images.Sum().Item()))
                throw new TrainingException(
                    $"{Source} draws images that are not numbers (NaN): its weights are too large to compute with in F32.");
            return images;
        }
    }

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
            return new TrainedGenerator(device, network, path, "g", 0, new(classes));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
