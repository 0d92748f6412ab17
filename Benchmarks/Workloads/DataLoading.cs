using SkiaSharp;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Data.Sources;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// Batches of real images as training takes them, prepared on the loader's thread; and what opening a folder of PNGs costs first.
/// </summary>
static class DataLoading
{
    const int Files = 256;

    public static IEnumerable<Workload> All(Variant v)
    {
        // Nothing of it runs on a card.
        if (v.OnCard) yield break;
        foreach (int side in (int[])[32, 64])
        {
            yield return Next($"load/shapes/n64s{side}", v.Batch(64), side, _ => new ShapesSource(side)).Short(side == 32);
            yield return Next($"load/folder/n64s{side}", v.Batch(64), side,
                bed => Open(bed.Folder, MakePictures(bed, v.Width(Files), side), side))
                .Short(side == 32);
        }
        const int large = 64;
        long pixels = (long)v.Width(Files) * large * large * 3;
        yield return new Workload($"open_folder/n{Files}s{large}", "f32", pixels, 0, bed =>
        {
            string pictures = MakePictures(bed, v.Width(Files), large);
            return () =>
            {
                Open(bed.Folder, pictures, large).Dispose();
                // Decoded files are kept; the next opening decodes them again.
                Directory.Delete(Path.Combine(bed.Folder, "cache"), recursive: true);
            };
        })
        {
            Kind = WorkloadKind.Host,
        }.Short();
    }

    static Workload Next(string name, int batch, int side, Func<BenchmarkContext, IImageSource> open) =>
        new(name, "f32", (long)batch * side * side * 3, 0, bed =>
    {
        var source = bed.Own(open(bed));
        var loader = bed.Own(new BatchLoader(source, new LoaderOptions { BatchSize = batch, HorizontalFlip = true },
            new LoaderPosition(1)));
        return () => loader.Next();
    })
    {
        Kind = WorkloadKind.Host,
    };

    static FolderSource Open(string folder, string pictures, int side) =>
        FolderSource.Open(pictures, side, new DataOptions { CacheDirectory = Path.Combine(folder, "cache") });

    static string MakePictures(BenchmarkContext bed, int count, int side)
    {
        string pictures = Path.Combine(bed.Folder, "pictures");
        Directory.CreateDirectory(pictures);
        var info = new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < count; i++)
        {
            using var image = SKImage.FromPixelCopy(info, bed.RandomBytes(side * side * 4));
            using var png = image.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(pictures, $"{i:0000}.png"), png.ToArray());
        }
        return pictures;
    }
}
