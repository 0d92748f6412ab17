using System.Runtime.InteropServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>
/// A folder with tensors.safetensors (every parameter, buffer and optimizer state, F32 or I32, in this library's layouts)
/// and state.json. It is written under a temporary name, flushed to the disk and renamed, so that a folder with a final name
/// is always whole.
/// </summary>
public static class Checkpoint
{
    /// <summary>The tensors' file.</summary>
    public const string TensorsFile = "tensors.safetensors";

    /// <summary>The state's file.</summary>
    public const string StateFile = "state.json";

    const string TemporarySuffix = ".partial", ReplacedSuffix = ".replaced" + TemporarySuffix,
        DeletedSuffix = ".deleted" + TemporarySuffix;

    /// <summary>
    /// Every tensor of a training state, by its name in the file: "g.block2.c1.weight", "adam_g.block2.c1.weight.m".
    /// </summary>
    public static IEnumerable<NamedTensor> NamedTensors(GanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return CheckpointNames.Of(step).Select(static t => new NamedTensor(t.Name, t.Tensor));
    }

    /// <summary>Writes the folder. An existing one of that name is replaced.</summary>
    /// <param name="folder">Its final path; the parent exists.</param>
    /// <param name="step">The networks and optimizers.</param>
    /// <param name="state">The rest; its hash is filled in here.</param>
    /// <exception cref="IOException">It cannot be written; nothing with the final name has changed, and nothing else
    /// stays.</exception>
    /// <exception cref="TrainingException">A tensor is not finite; the same.</exception>
    public static void Write(string folder, GanStep step, CheckpointState state)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(state);
        string partial = folder + TemporarySuffix;
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        try
        {
            string tensors = Path.Combine(partial, TensorsFile);
            SafetensorsWriter.Write(tensors, NamedTensors(step).Select(static t => Item(t.Name, t.Tensor)));
            state = state with { TensorsSha256 = Sha256File.Of(tensors) };
            AtomicFile.Write(Path.Combine(partial, StateFile),
                stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(state.ToJson())));
        }
        catch
        {
            Directory.Delete(partial, recursive: true);
            throw;
        }
        // Of two of one name, one is whole at every moment.
        string replaced = folder + ReplacedSuffix;
        if (Directory.Exists(folder)) DurableFolder.Move(folder, replaced);
        // On the disk before the caller deletes older ones: a loss of power must not keep the deletions and forget the name.
        DurableFolder.Move(partial, folder);
        if (Directory.Exists(replaced)) Directory.Delete(replaced, recursive: true);
    }

    /// <summary>Reads state.json and checks the tensors' hash.</summary>
    /// <exception cref="TrainingException">A file is missing or damaged.</exception>
    public static CheckpointState ReadState(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.Combine(folder, StateFile), tensors = Path.Combine(folder, TensorsFile);
        foreach (string file in (ReadOnlySpan<string>)[path, tensors])
        {
            if (!File.Exists(file))
                throw new TrainingException($"{folder} is not a checkpoint: it has no {Path.GetFileName(file)}.");
        }
        long length = new FileInfo(path).Length;
        if (length > 1 << 20) throw new TrainingException($"{path} has {length:N0} bytes, far more than a checkpoint's state.");
        var state = CheckpointState.FromJson(File.ReadAllText(path), path);
        string hash = Sha256File.Of(tensors);
        if (hash != state.TensorsSha256)
            throw new TrainingException($"{tensors} is damaged: its SHA-256 is {hash}, {StateFile} says {state.TensorsSha256}.");
        return state;
    }

    /// <summary>Reads every tensor of a training state. All are checked before the first is overwritten.</summary>
    /// <exception cref="TrainingException">Names or shapes do not fit the networks; the message says which.</exception>
    /// <exception cref="SafetensorsException">The file is damaged, or holds a value that is not finite.</exception>
    public static void ReadTensors(string folder, GanStep step)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(step);
        using var file = SafetensorsFile.Open(Path.Combine(folder, TensorsFile));
        LoadInto(file, CheckpointNames.Of(step));
    }

    /// <summary>Reads one network's tensors, named "prefix.…", into a module.</summary>
    /// <exception cref="TrainingException">Names or shapes do not fit; the message says which.</exception>
    /// <exception cref="SafetensorsException">The file is damaged, or holds a value that is not finite.</exception>
    public static void ReadNetwork(string folder, string prefix, Engine.Nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(module);
        using var file = SafetensorsFile.Open(Path.Combine(folder, TensorsFile));
        // The file holds other networks as well.
        string start = prefix + ".";
        LoadInto(file, [.. StateDict.Entries(module, start)], name => !name.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>Deletes one. As long as it has its name it is whole.</summary>
    internal static void Delete(string folder)
    {
        string deleted = folder + DeletedSuffix;
        if (Directory.Exists(deleted)) Directory.Delete(deleted, recursive: true);
        DurableFolder.Move(folder, deleted);
        Directory.Delete(deleted, recursive: true);
    }

    /// <summary>
    /// Clears up after an interrupted write or deletion: a checkpoint that was being replaced comes back, the rest goes.
    /// </summary>
    public static void RemovePartial(string parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        RemovePartial(parent, "*");
    }

    /// <summary>The same of those checkpoints alone that have a name.</summary>
    internal static void RemovePartial(string parent, string name)
    {
        foreach (string replaced in Directory.GetDirectories(parent, name + ReplacedSuffix))
        {
            string folder = replaced[..^ReplacedSuffix.Length];
            if (!Directory.Exists(folder)) DurableFolder.Move(replaced, folder);
        }
        foreach (string ending in (ReadOnlySpan<string>)[ReplacedSuffix, DeletedSuffix, TemporarySuffix])
        {
            foreach (string partial in Directory.GetDirectories(parent, name + ending))
                Directory.Delete(partial, recursive: true);
        }
    }

    static void LoadInto(SafetensorsFile file, IReadOnlyCollection<StateEntry> entries, Func<string, bool>? isExtra = null)
    {
        try
        {
            StateDict.Load(file, entries, isExtra);
        }
        catch (StateDictException e)
        {
            throw new TrainingException(e.Message, e);
        }
    }

    internal static SafetensorsItem Item(string name, Tensor tensor)
    {
        long[] shape = [.. tensor.Shape.Select(static dim => (long)dim)];
        return new SafetensorsItem(name, tensor.Type.InFiles(), shape, stream =>
        {
            var bytes = new byte[tensor.View.Bytes];
            tensor.Backend.Download(tensor.View, bytes);
            if (tensor.Type == DType.F32) CheckFinite(name, MemoryMarshal.Cast<byte, float>(bytes));
            stream.Write(bytes);
        });
    }

    /// <summary>
    /// The last stop for numbers that no loss has shown yet: a state that cannot go on must not replace one that can.
    /// </summary>
    static void CheckFinite(string name, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new TrainingException($"{name} has values that are NaN or infinite, so no checkpoint is written.");
        }
    }
}
