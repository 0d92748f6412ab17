using System.Globalization;
using System.Text.Json;
using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>A generator or a discriminator read from a checkpoint, ready to be written in the formats of others.</summary>
public sealed class TrainedNetwork : IDisposable
{
    readonly IDisposable _owner;

    TrainedNetwork(Module module, IDisposable owner, string source, string weights, Dictionary<string, string> facts)
    {
        (Module, _owner, Source, Weights, Facts) = (module, owner, source, weights, facts);
        module.Eval();
    }

    /// <summary>The network.</summary>
    public Module Module { get; }

    /// <summary>The folder or file it came from.</summary>
    public string Source { get; }

    /// <summary>Which weights: "g", "g_ema" or "d".</summary>
    public string Weights { get; }

    /// <summary>
    /// What files say of it: "ssgan.weights", "ssgan.sha256" of the file they were read from, and of a checkpoint "ssgan.model",
    /// "ssgan.step" and "ssgan.recipe", the run's settings as config.json has them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>Reads a network. The device stays the caller's.</summary>
    /// <param name="device">Where it will run.</param>
    /// <param name="path">As of <see cref="TrainedGenerator.Open"/>.</param>
    /// <param name="discriminator">Whether the discriminator is meant, which checkpoints have.</param>
    /// <param name="average">Whether to take a generator's averaged weights; null takes them where there are any.</param>
    /// <inheritdoc cref="TrainedGenerator.Open"/>
    public static TrainedNetwork Open(Device device, string path, bool discriminator = false, bool? average = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(path);
        bool alone = File.Exists(path) && TrainedGenerator.FolderOf(path) is null;
        if (discriminator && alone) throw new TrainingException($"{path} is read as a generator; it holds no discriminator.");
        if (discriminator && average == true)
            throw new TrainingException("Averaged weights are a generator's; a discriminator has none.");
        if (discriminator) return Discriminator(device, TrainedGenerator.FolderOf(path) ?? RunFolder.FindCheckpoint(path));
        var generator = TrainedGenerator.Open(device, path, average);
        var facts = Told(generator.Weights, generator.Record.Hash);
        if (!alone) Tell(facts, Checkpoint.ReadState(generator.Source));
        return new(generator.Network, generator, generator.Source, generator.Weights, facts);
    }

    /// <summary>Writes an ONNX model; see <see cref="OnnxNetworks"/>.</summary>
    /// <exception cref="NotSupportedException">It has something that is not exported.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveOnnx(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Module is Generator generator) OnnxNetworks.Save(path, generator, Facts);
        else OnnxNetworks.Save(path, (Discriminator)Module, Facts);
    }

    /// <summary>Writes weights and buffers by their names, in the engine's layout: filters are (K, KH, KW, C).</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveSafetensors(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafetensorsWriter.Write(path, Module.StateDict().Select(static t => Checkpoint.Item(t.Key, t.Value)), Facts);
    }

    /// <summary>The same for <c>torch.load(weights_only=True)</c>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePth(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        PthWriter.Write(path, Module.StateDict().Select(static t => new NamedTensor(t.Key, t.Value)));
    }

    static TrainedNetwork Discriminator(Device device, string folder)
    {
        const string Weights = "d";
        var state = Checkpoint.ReadState(folder);
        var data = state.Options.Data;
        var step = state.Options.Gan.Create(device, data.Size, data.Classes.Count, state.Options.Optimisation);
        try
        {
            var module = step.Networks.First(static n => n.Name == Weights).Module;
            Checkpoint.ReadNetwork(folder, Weights, module);
            var facts = Told(Weights, state.TensorsSha256);
            Tell(facts, state);
            return new(module, step, folder, Weights, facts);
        }
        catch
        {
            step.Dispose();
            throw;
        }
    }

    static Dictionary<string, string> Told(string weights, string hash) =>
        new() { ["ssgan.weights"] = weights, ["ssgan.sha256"] = hash };

    static void Tell(Dictionary<string, string> facts, CheckpointState state)
    {
        facts["ssgan.model"] = state.Options.Gan.Model;
        facts["ssgan.step"] = state.Step.ToString(CultureInfo.InvariantCulture);
        facts["ssgan.recipe"] = JsonSerializer.Serialize(state.Options, SectionsJson.Default.TrainOptions);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _owner.Dispose();
}
