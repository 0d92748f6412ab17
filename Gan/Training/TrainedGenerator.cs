using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>A generator read from a checkpoint, ready to draw images.</summary>
public sealed class TrainedGenerator : IDisposable
{
    readonly Device _device;
    readonly ResNetGenerator _network;

    TrainedGenerator(Device device, ResNetGenerator network, string source, string weights, long step)
    {
        (_device, _network, Source, Weights, Step) = (device, network, source, weights, step);
        network.Eval();
    }

    /// <summary>The folder or file it came from.</summary>
    public string Source { get; }

    /// <summary>Which weights: "g" or, for averaged ones, "g_ema".</summary>
    public string Weights { get; }

    /// <summary>How long it was trained, in generator updates; 0 where the file does not say.</summary>
    public long Step { get; }

    /// <summary>Image side.</summary>
    public int Size => _network.Architecture.Size;

    /// <summary>Reads a generator. The device stays the caller's.</summary>
    /// <param name="device">Where it will run.</param>
    /// <param name="path">
    /// A run's folder (its newest checkpoint), a checkpoint's folder, the tensors' file in one, or a safetensors file with
    /// Mimicry's names.
    /// </param>
    /// <param name="average">Whether to take the averaged weights; null takes them where there are any.</param>
    /// <exception cref="TrainingException">It is no checkpoint, or damaged, or has no averaged weights.</exception>
    /// <exception cref="WeightsException">The file does not hold a generator.</exception>
    /// <exception cref="SafetensorsException">The file is damaged or of another kind, or holds a value that is not
    /// finite.</exception>
    public static TrainedGenerator Open(Device device, string path, bool? average = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path) && FolderOf(path) is null) return OpenMimicry(device, path, average);
        string folder = FolderOf(path) ?? RunFolder.FindCheckpoint(path);
        var state = Checkpoint.ReadState(folder);
        bool has = state.Options.Optimisation.EmaDecay > 0;
        if (average == true && !has)
            throw new TrainingException($"{folder} has no averaged generator: it was trained without --ema.");
        string weights = average ?? has ? "g_ema" : "g";
        using var random = new Rng(device, 0);
        var network = new ResNetGenerator(random, state.Options.Gan.Architecture(state.Options.Data.Size));
        try
        {
            Checkpoint.ReadNetwork(folder, weights, network);
            return new TrainedGenerator(device, network, folder, weights, state.Step);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Pixels (count, S, S, 3), the same for the same seed; the first images do not depend on the count.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="TrainingException">A pixel is NaN: finite weights too large to compute with, say.</exception>
    public byte[] Draw(ulong seed, int count, CancellationToken stop = default)
    {
        using var random = new Rng(_device, seed);
        return Pixels.Draw(_device, count, Images, stop: stop);

        Tensor Images(int n)
        {
            var images = _network.Forward(random.Normal(new Shape(n, _network.Architecture.Latent)));
            // As a byte NaN would be 0, and a sheet of it black. All pixels lie in [-1, 1], so only NaN can spoil their sum.
            if (!float.IsFinite(images.Sum().Item()))
                throw new TrainingException(
                    $"{Source} draws images that are not numbers (NaN): its weights are too large to compute with in F32.");
            return images;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _network.Dispose();

    /// <summary>The checkpoint that a file belongs to, or null.</summary>
    static string? FolderOf(string file)
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
        var network = new ResNetGenerator(random, MimicryWeights.ArchitectureOf(path));
        try
        {
            MimicryWeights.Load(path, network);
            return new TrainedGenerator(device, network, path, "g", 0);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
