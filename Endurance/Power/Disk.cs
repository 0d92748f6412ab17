namespace Ssgan.Endurance.Power;

/// <summary>A file or folder apart from its names.</summary>
abstract class Node;

/// <summary>A folder: what it has now.</summary>
sealed class FolderNode : Node
{
    public Dictionary<string, Node> Now { get; } = [];
}

/// <summary>A file: its bytes now, and those that were flushed.</summary>
sealed class FileNode : Node
{
    public byte[] Now { get; private set; } = [];

    /// <summary>What the disk has for certain; empty before the first flush.</summary>
    public byte[] Flushed { get; private set; } = [];

    /// <summary>Whether both are the same.</summary>
    public bool IsFlushed { get; private set; } = true;

    public void Write(long offset, byte[] data)
    {
        // A copy each time: states that were taken before keep theirs.
        byte[] next = new byte[Math.Max(Now.Length, offset + data.Length)];
        Now.CopyTo(next, 0);
        data.CopyTo(next, offset);
        (Now, IsFlushed) = (next, false);
    }

    public void SetLength(long length)
    {
        byte[] next = new byte[length];
        Now.AsSpan(0, (int)Math.Min(length, Now.Length)).CopyTo(next);
        (Now, IsFlushed) = (next, false);
    }

    public void Flush() => (Flushed, IsFlushed) = (Now, true);
}

/// <summary>A change of the names in a folder. The disk has it for certain once that folder was flushed.</summary>
/// <param name="folder">The folder.</param>
/// <param name="name">The name that comes or goes.</param>
/// <param name="node">What has it.</param>
/// <param name="comes">Whether it comes.</param>
/// <param name="from">Where it was renamed from, and its name there; both halves are kept or lost together.</param>
sealed class NameChange(FolderNode folder, string name, Node node, bool comes, (FolderNode Folder, string Name)? from = null)
{
    public FolderNode Folder => folder;

    public bool IsFlushed { get; set; }

    /// <summary>Makes the change to a disk's folders.</summary>
    public void Apply(Func<FolderNode, Dictionary<string, Node>> names)
    {
        if (from is { } old && names(old.Folder).GetValueOrDefault(old.Name) == node) names(old.Folder).Remove(old.Name);
        if (comes) names(folder)[name] = node;
        else if (names(folder).GetValueOrDefault(name) == node) names(folder).Remove(name);
    }
}

/// <summary>
/// A disk that is told what a process did, and tells what it could have after a loss of power at that moment. Bytes of files
/// and names in folders that were flushed are there; of all else any part may be. It is stricter than file systems are, which
/// keep names of one folder in their order, mostly.
/// </summary>
sealed class Disk(string root)
{
    readonly FolderNode _root = new();
    readonly Dictionary<long, FileNode> _open = [];
    readonly List<NameChange> _changes = [];

    /// <summary>Does what was recorded.</summary>
    public void Do(Record record)
    {
        switch (record.Deed)
        {
            case Deed.Create:
                var file = new FileNode();
                _open[record.Inode] = file;
                Change(record.Path, file, comes: true);
                break;
            case Deed.Write: _open[record.Inode].Write(record.Offset, record.Data); break;
            case Deed.Truncate: _open[record.Inode].SetLength(record.Offset); break;
            case Deed.Sync: Flush(record.Path); break;
            case Deed.Make: Change(record.Path, new FolderNode(), comes: true); break;
            case Deed.Delete: Change(record.Path, Find(record.Path)!, comes: false); break;
            case Deed.Rename:
                var (folder, name) = Place(record.Path);
                Change(record.To, folder.Now[name], comes: true, (folder, name));
                break;
            case Deed.Unknown: throw new InvalidDataException($"Something was done to {record.Path} that is not followed.");
        }
    }

    void Flush(string path)
    {
        // One that was deleted while it was open has no name any more, and needs none.
        if (Find(path) is FileNode file) file.Flush();
        else if (Find(path) is FolderNode folder)
            foreach (var change in _changes.Where(c => c.Folder == folder)) change.IsFlushed = true;
    }

    void Change(string path, Node node, bool comes, (FolderNode, string)? from = null)
    {
        var (folder, name) = Place(path);
        var change = new NameChange(folder, name, node, comes, from);
        change.Apply(static f => f.Now);
        _changes.Add(change);
    }

    Node? Find(string path)
    {
        if (path == root) return _root;
        Node? node = _root;
        foreach (string name in path[(root.Length + 1)..].Split('/'))
            node = (node as FolderNode)?.Now.GetValueOrDefault(name);
        return node;
    }

    (FolderNode Folder, string Name) Place(string path)
    {
        int cut = path.LastIndexOf('/');
        return ((FolderNode)Find(path[..cut])!, path[(cut + 1)..]);
    }

    /// <summary>A state after a loss of power.</summary>
    /// <param name="names">Whether a change of names is there that was not flushed.</param>
    /// <param name="bytes">What a file has that was not flushed.</param>
    /// <returns>Files by their paths below the root; null is a folder.</returns>
    public SortedDictionary<string, byte[]?> After(Func<bool> names, Func<FileNode, byte[]> bytes)
    {
        var folders = new Dictionary<FolderNode, Dictionary<string, Node>>();
        foreach (var change in _changes.Where(c => c.IsFlushed || names())) change.Apply(Names);
        var state = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        var contents = new Dictionary<FileNode, byte[]>();
        Walk(_root, "");
        return state;

        Dictionary<string, Node> Names(FolderNode folder)
        {
            if (!folders.TryGetValue(folder, out var found)) folders[folder] = found = [];
            return found;
        }

        void Walk(FolderNode folder, string path)
        {
            foreach (var (name, node) in Names(folder))
            {
                if (node is FileNode file)
                {
                    if (!contents.TryGetValue(file, out byte[]? content))
                        contents[file] = content = file.IsFlushed ? file.Now : bytes(file);
                    state[path + name] = content;
                }
                else
                {
                    state[path + name] = null;
                    Walk((FolderNode)node, $"{path}{name}/");
                }
            }
        }
    }
}
