using System.Diagnostics.CodeAnalysis;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// A file of named tensors, of whatever format, open for reading: what <see cref="StateDict"/> fills tensors from. All about the
/// tensors but their values is read and checked at opening; values are read entry by entry, from any thread.
/// </summary>
public abstract class TensorFile : IDisposable
{
    readonly List<TensorEntry> _entries = [];
    readonly Dictionary<string, TensorEntry> _byName = new(StringComparer.Ordinal);

    private protected TensorFile(string name) => Name = name;

    /// <summary>The path, or the name given with the bytes: what error messages call this file.</summary>
    public string Name { get; }

    /// <summary>All tensors, in the order of the file.</summary>
    public IReadOnlyList<TensorEntry> Entries => _entries;

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="TensorFileException">There is none.</exception>
    public TensorEntry this[string name] =>
        TryGet(name, out var entry) ? entry : throw Refused(null, $"there is no entry {TensorFileException.Quote(name)}");

    /// <summary>Finds the tensor of that name; false where there is none.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out entry);
    }

    /// <summary>Closes the file; entries can no longer be read.</summary>
    public abstract void Dispose();

    private protected void Add(TensorEntry entry)
    {
        if (!_byName.TryAdd(entry.Name, entry)) throw Refused(entry.Name, "is there twice");
        _entries.Add(entry);
    }

    /// <summary>The format's exception about the file or, where there is a name, about an entry.</summary>
    internal virtual TensorFileException Refused(string? entry, string what) =>
        entry is null ? TensorFileException.File(Name, what) : TensorFileException.Entry(Name, entry, what);
}
