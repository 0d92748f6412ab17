namespace Ssgan.Tests.Support;

/// <summary>The files that people edit, without what is built from them.</summary>
static class SourceTree
{
    static readonly string[] s_built = ["bin", "obj", "artifacts", "shared", "node_modules"];

    /// <summary>All files of a folder of the repository and of those in it, by pattern; "" for the whole.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        string root = folder.Length == 0 ? RepoRoot.At() : RepoRoot.At(folder);
        foreach (string file in Directory.EnumerateFiles(root, pattern)) yield return file;
        foreach (string inner in Directory.EnumerateDirectories(root))
        {
            string name = Path.GetFileName(inner);
            if (name.StartsWith('.') || s_built.Contains(name)) continue;
            foreach (string file in Files(Relative(inner), pattern)) yield return file;
        }
    }

    /// <summary>A path within the repository, with slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(RepoRoot.At(), path).Replace('\\', '/');
}
