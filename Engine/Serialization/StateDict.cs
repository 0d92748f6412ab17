using Ssgan.Engine.Nn;

namespace Ssgan.Engine.Serialization;

/// <summary>A tensor that a file fills.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Tensor">What is overwritten.</param>
public sealed record StateEntry(string Name, Tensor Tensor)
{
    /// <summary>Further names under which a file may hold it; where it does under several, with the same values.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>The shape in the file; null means the tensor's own.</summary>
    public IReadOnlyList<long>? FileShape { get; init; }

    /// <summary>From the file's values, row-major, to the tensor's; null where the layouts agree.</summary>
    public Func<float[], float[]>? FromFile { get; init; }

    /// <summary>
    /// Whether values of any floating type are taken and converted to F32, not those of the tensor's type alone.
    /// </summary>
    public bool Converts { get; init; }

    /// <summary>Whether no value may be negative: a root is taken of it.</summary>
    public bool NonNegative { get; init; }
}

/// <summary>A file does not fit the tensors that it should fill.</summary>
public sealed class StateDictException : Exception
{
    /// <summary>Names the first misfits; there are others where it says how many.</summary>
    public StateDictException(string message, IReadOnlyList<string> problems) : base(message) => Problems = problems;

    /// <summary>Every misfit, "block1.c1.weight is missing".</summary>
    public IReadOnlyList<string> Problems { get; }
}

/// <summary>
/// How named tensors are read from a file, whoever wrote it: all names, shapes, types and values are looked at before the first
/// tensor is overwritten.
/// </summary>
public static class StateDict
{
    /// <summary>
    /// A module's parameters and buffers under prefix + name; shared ones may stand under any of their names.
    /// </summary>
    public static IEnumerable<StateEntry> Entries(Module module, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(prefix);
        var others = module.SharedNames().ToLookup(static s => s.Tensor, s => prefix + s.Name);
        return module.StateDict().Select(e => new StateEntry(prefix + e.Key, e.Value)
        {
            OtherNames = [.. others[e.Value]], NonNegative = IsVariance(e.Key),
        });
    }

    /// <summary>Whether a parameter or buffer of this name is a variance: batch norm's running one.</summary>
    public static bool IsVariance(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == "running_var" || name.EndsWith(".running_var", StringComparison.Ordinal);
    }

    /// <summary>Fills tensors from a file.</summary>
    /// <param name="file">The file, of any format, which stays open.</param>
    /// <param name="entries">What it should hold.</param>
    /// <param name="isExtra">What it may hold beside that; null: nothing.</param>
    /// <exception cref="StateDictException">Something is missing, unknown, or has another shape or type; nothing was
    /// changed.</exception>
    /// <exception cref="TensorFileException">A value is not finite, or negative where it may not be; the same.</exception>
    public static void Load(TensorFile file, IReadOnlyCollection<StateEntry> entries, Func<string, bool>? isExtra = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(entries);
        var misfits = new Misfits();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<(StateEntry Target, TensorEntry Source)>(entries.Count);
        foreach (var entry in entries)
        {
            known.Add(entry.Name);
            known.UnionWith(entry.OtherNames);
            if (Find(file, entry, misfits) is { } source) sources.Add((entry, source));
        }
        foreach (var stored in file.Entries)
            if (!known.Contains(stored.Name) && isExtra?.Invoke(stored.Name) != true) misfits.Unknown(stored.Name);
        if (misfits.All.Count > 0) throw new StateDictException($"{file.Name} does not fit: {misfits}.", misfits.All);
        // Values are read twice, so that networks of a hundred megabytes are not kept twice.
        foreach (var (target, source) in sources) source.CheckFinite(target.NonNegative);
        foreach (var (target, source) in sources) Fill(target, source);
    }

    /// <summary>
    /// Fills those tensors whose name, shape and type are in a file, and leaves the others as they are: to begin with what
    /// another network has learned.
    /// </summary>
    /// <param name="file">The file, of any format, which stays open.</param>
    /// <param name="entries">What could be filled.</param>
    /// <returns>The entries that were filled, and why each of the others was not, "block1.c1.weight is missing".</returns>
    /// <exception cref="TensorFileException">A value is not finite, or negative where it may not be; nothing was
    /// changed.</exception>
    public static (IReadOnlyList<StateEntry> Taken, IReadOnlyList<string> Misfits) LoadMatching(TensorFile file,
        IReadOnlyCollection<StateEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(entries);
        var misfits = new Misfits();
        var sources = new List<(StateEntry Target, TensorEntry Source)>(entries.Count);
        foreach (var entry in entries) if (Find(file, entry, misfits) is { } source) sources.Add((entry, source));
        foreach (var (target, source) in sources) source.CheckFinite(target.NonNegative);
        foreach (var (target, source) in sources) Fill(target, source);
        return ([.. sources.Select(static s => s.Target)], misfits.All);
    }

    /// <summary>The entry's data in a file, or null where the misfits have grown.</summary>
    static TensorEntry? Find(TensorFile file, StateEntry entry, Misfits misfits)
    {
        var found = new List<TensorEntry>();
        foreach (string name in (IEnumerable<string>)[entry.Name, .. entry.OtherNames])
            if (file.TryGet(name, out var stored)) found.Add(stored);
        if (found.Count == 0) misfits.Missing(entry.Name);
        bool fits = found.Count > 0;
        var (tensor, type) = (entry.Tensor, entry.Tensor.Type.InFiles());
        long[] shape = [.. entry.FileShape ?? tensor.Shape.Select(static dim => (long)dim)];
        foreach (var stored in found)
        {
            bool sameType = entry.Converts ? stored.DType.IsFloat() : stored.DType == type;
            if (sameType && stored.Shape.SequenceEqual(shape)) continue;
            misfits.Other($"{stored} should be {type.Name()} ({string.Join(", ", shape)})");
            fits = false;
        }
        if (!fits) return null;
        byte[] first = found.Count > 1 ? found[0].ReadBytes() : [];
        foreach (var other in found.Skip(1))
        {
            if (other.ReadBytes().AsSpan().SequenceEqual(first)) continue;
            misfits.Other($"{found[0].Name} and {other.Name} have different values, but are one tensor here");
            return null;
        }
        return found[0];
    }

    static void Fill(StateEntry target, TensorEntry source)
    {
        var tensor = target.Tensor;
        if (target.FromFile is null && source.DType == tensor.Type.InFiles())
        {
            tensor.Backend.Upload(source.ReadBytes(), tensor.MutableView);
            return;
        }
        float[] values = source.ReadF32();
        tensor.CopyFrom<float>(target.FromFile is null ? values : target.FromFile(values));
    }
}
