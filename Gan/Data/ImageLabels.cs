namespace Ssgan.Gan.Data;

/// <summary>The classes of a set and the label of every image; or neither.</summary>
internal sealed class ImageLabels(string[] classes, int[] labels)
{
    internal static ImageLabels None { get; } = new([], []);

    internal IReadOnlyList<string> Classes { get; } = classes;

    /// <summary>One for each image, an index into the classes.</summary>
    internal ReadOnlySpan<int> Values => labels;

    /// <summary>A source's answer for an image.</summary>
    internal int Of(IImageSource source, long index)
    {
        ImageSourceGuard.Label(source, index);
        return labels[index];
    }
}
