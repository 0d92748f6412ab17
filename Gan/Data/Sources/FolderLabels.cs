namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The class of an image in a folder is the name of the subfolder of the first level that it lies in, however deep; classes are
/// in ordinal order of their names. An image in the folder itself belongs to none, and then the folder has no classes.
/// </summary>
internal static class FolderLabels
{
    /// <summary>Of paths relative to the folder, with forward slashes.</summary>
    internal static ImageLabels Of(IReadOnlyList<string> paths)
    {
        var order = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            int end = path.IndexOf('/');
            if (end < 0) return ImageLabels.None;
            order[path[..end]] = 0;
        }
        string[] classes = [.. order.Keys];
        for (int i = 0; i < classes.Length; i++) order[classes[i]] = i;
        return new ImageLabels(classes, [.. paths.Select(path => order[path[..path.IndexOf('/')]])]);
    }
}
