using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The Python and MATLAB versions of CIFAR and STL-10, which are published beside the binary ones and not read: known by names.
/// </summary>
internal sealed record OtherVersion(string Folder, string Language, string Set, RemoteArchive Right, string[] Files)
{
    static readonly string[] Batches = [.. CifarFormat.Cifar10.TrainFiles.Select(static f => f[..^".bin".Length])];

    static OtherVersion[] All { get; } =
    [
        new("cifar-10-batches-py", "Python", "CIFAR-10", CifarFormat.Cifar10.Archive, [.. Batches, "batches.meta"]),
        new("cifar-10-batches-mat", "MATLAB", "CIFAR-10", CifarFormat.Cifar10.Archive,
            [.. Batches.Select(static b => b + ".mat"), "batches.meta.mat"]),
        // "train" and "meta" are anybody's names: only the folder's tells.
        new("cifar-100-python", "Python", "CIFAR-100", CifarFormat.Cifar100.Archive, []),
        new("cifar-100-matlab", "MATLAB", "CIFAR-100", CifarFormat.Cifar100.Archive, []),
        new("stl10_matlab", "MATLAB", "STL-10", Stl10Source.Archive, ["unlabeled.mat"]),
    ];

    /// <summary>For a file or archive entry: "the Python version of CIFAR-10, which is not read: give ..."; or null.</summary>
    internal static string? Of(string path)
    {
        string[] parts = path.Split('/', Path.DirectorySeparatorChar);
        return All.FirstOrDefault(v => v.Files.Contains(parts[^1]) || parts.Contains(v.Folder))?.Sentence;
    }

    /// <summary>The same for a folder that holds the files, or a subfolder of the archive's name.</summary>
    internal static string? In(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return All.FirstOrDefault(v => Path.GetFileName(full) == v.Folder || Directory.Exists(Path.Combine(folder, v.Folder))
            || v.Files.Any(name => File.Exists(Path.Combine(folder, name))))?.Sentence;
    }

    string Sentence => $"the {Language} version of {Set}, which is not read: give {Right.FileName} from {Right.Address}.";
}
