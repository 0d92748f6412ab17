using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>Images for people and for other people's tools: a sheet, a file each, all in one array, or an animation.</summary>
static class SampleFiles
{
    /// <summary>Writes what was asked for; but for a folder, it appears whole or not at all.</summary>
    /// <param name="request">What that is.</param>
    /// <param name="images">The images.</param>
    /// <param name="size">Their side.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <exception cref="UsageException">It would be too large.</exception>
    public static void Save(SampleRequest request, SampleImages images, int size, CancellationToken stop)
    {
        string file = request.File;
        switch (request.Kind)
        {
            case OutputKind.Sheet:
                CheckSheet(images.Count, size, images.Columns, request.Scale);
                ImageGrid.Save(file, images.All(stop), images.Count, size, images.Columns, request.Scale);
                break;
            case OutputKind.Folder:
                SaveImages(file, images, size, stop);
                break;
            case OutputKind.Array:
                CheckArray(images.Count, size);
                NpzFile.Write(file, [NpyArray.Of("arr_0", [images.Count, size, size, 3], images.All(stop))]);
                break;
            case OutputKind.Webp:
                Write(stream => AnimatedWebp.Write(stream, images.Each(stop), size, request.Scale, request.Milliseconds,
                    request.Quality));
                break;
            default:
                Write(stream => AnimatedPng.Write(stream, images.Each(stop), images.Count, size, request.Scale,
                    request.Milliseconds));
                break;
        }

        void Write(Action<Stream> write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            AtomicFile.Write(file, write);
        }
    }

    /// <summary>Writes seed000012.png and so on into a folder.</summary>
    static void SaveImages(string folder, SampleImages images, int size, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        int i = 0;
        foreach (byte[] pixels in images.Each(stop))
            ImageFile.Save(Path.Combine(folder, $"{images.NameOf(i++)}.png"), pixels, size);
    }

    /// <summary>Refuses an array that would be too long.</summary>
    /// <exception cref="UsageException">It would.</exception>
    static void CheckArray(int count, int size)
    {
        long bytes = (long)count * size * size * 3;
        if (bytes > Array.MaxLength) throw new UsageException(
            $"{count} images of {size}x{size} take {Format.Bytes(bytes)}, more than one array holds; write them into a folder.");
    }

    static void CheckSheet(int images, int size, int perRow, int pixel)
    {
        try
        {
            ImageGrid.CheckSheet(images, size, perRow, pixel);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
