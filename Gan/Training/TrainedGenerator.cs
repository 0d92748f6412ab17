using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Training;

/// <summary>A generator read from a checkpoint, ready to draw images.</summary>
public sealed class TrainedGenerator : IDisposable
{
    readonly Device _device;
    readonly ResNetGenerator _network;

    TrainedGenerator(Device device, ResNetGenerator network, string source, string weights, long? step)
    {
        (_device, _network, Source, Weights, Step) = (device, network, source, weights, step);
        network.Train(false);
    }

    /// <summary>The checkpoint's folder or the file it came from.</summary>
    public string Source { get; }

    /// <summary>Which weights: "g" or, for averaged ones, "g_ema".</summary>
    public string Weights { get; }

    /// <summary>How long it was trained, in generator updates; null where a file does not say.</summary>
    public long? Step { get; }

    /// <summary>Image side.</summary>
    public int Size => _network.Architecture.Size;

    /// <summary>Reads a generator. The device stays the caller's.</summary>
    /// <param name="device">Where it will run.</param>
    /// <param name="path">A run's folder (its newest checkpoint), a checkpoint's folder, the tensors' file in one, or a generator's weights by Mimicry's names.</param>
    /// <param name="average">Whether to take the averaged weights; null takes them where there are any.</param>
    /// <exception cref="TrainingException">It is no checkpoint, or damaged, or has no averaged weights.</exception>
    /// <exception cref="WeightsException">A file by Mimicry's names does not fit the generator that it looks like.</exception>
    /// <exception cref="SafetensorsException">A file is not a safetensors file.</exception>
    public static TrainedGenerator Open(Device device, string path, bool? average = null)
    {
        string? beside = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : null;
        bool isPart = Path.GetFileName(path) is Checkpoint.TensorsFile or Checkpoint.StateFile;
        if (beside is not null && !(isPart && File.Exists(Path.Combine(beside, Checkpoint.StateFile)))) return OpenWeights(device, path, average);
        string folder = beside ?? RunFolder.FindCheckpoint(path);
        var state = Checkpoint.ReadState(folder);
        bool has = state.Options.EmaDecay > 0;
        if (average == true && !has) throw new TrainingException($"{folder} has no averaged generator: it was trained without EMA.");
        string weights = average ?? has ? "g_ema" : "g";
        using var random = new Rng(device, 0);
        var network = new ResNetGenerator(random, SsganRecipe.Architecture(state.Options));
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
    public byte[] Draw(ulong seed, int count, int batch = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var random = new Rng(_device, seed);
        int image = Size * Size * 3;
        var pixels = new byte[checked(count * image)];
        for (int start = 0; start < count; start += batch)
        {
            using var scope = _device.Step();
            using var noGrad = _device.NoGrad();
            int n = Math.Min(batch, count - start);
            var z = random.Normal(new Shape(n, _network.Architecture.Latent));
            Pixels.FromImages(_network.Forward(z)).ToArray<byte>().CopyTo(pixels, start * image);
        }
        return pixels;
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _network.Dispose();

    static TrainedGenerator OpenWeights(Device device, string path, bool? average)
    {
        if (average == true) throw new TrainingException($"{path} holds one set of weights, not averaged ones beside them.");
        using var random = new Rng(device, 0);
        var network = new ResNetGenerator(random, Recognise(path));
        try
        {
            MimicryWeights.Load(path, network);
            return new TrainedGenerator(device, network, path, "as in the file", null);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The architecture shows in the number of blocks, the width before the first one, and whether that one narrows.</summary>
    static Architecture Recognise(string path)
    {
        using var file = SafetensorsFile.Open(path);
        int blocks = 0;
        while (file.TryGet($"block{blocks + 2}.c1.weight", out _)) blocks++;
        if (blocks is < 3 or > 5 || file["block2.c1.weight"].Shape is not [var outputs, var inputs and > 0 and <= int.MaxValue, _, _])
            throw new TrainingException($"{path} is neither a checkpoint (there is no {Checkpoint.StateFile} beside it) nor a generator's weights by Mimicry's names.");
        int size = blocks switch { 3 => outputs == inputs ? 32 : 48, 4 => 64, _ => 128 };
        return Architecture.For(size, (int)inputs);
    }
}
