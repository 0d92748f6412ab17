using System.Globalization;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>Images for other people's tools: a file each, or all in one array. Each is drawn from a seed of its own.</summary>
static class SampleFiles
{
    const int Batch = 64;

    /// <summary>Writes seed000012.png and so on into a folder.</summary>
    public static void SaveImages(string folder, TrainedGenerator generator, IReadOnlyList<ulong> seeds, int[]? labels, Host host)
    {
        Directory.CreateDirectory(folder);
        foreach (var (first, pixels) in Draw(generator, seeds, labels, host))
        {
            int bytes = generator.Size * generator.Size * 3;
            for (int i = 0; i * bytes < pixels.Length; i++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"seed{seeds[first + i]:D6}.png");
                ImageFile.Save(Path.Combine(folder, name), pixels.AsSpan(i * bytes, bytes), generator.Size);
            }
        }
    }

    /// <summary>Writes an .npz with the array arr_0, U8 (N, S, S, 3), as numpy.savez names it.</summary>
    public static void SaveArray(string file, TrainedGenerator generator, IReadOnlyList<ulong> seeds, int[]? labels, Host host)
    {
        int size = generator.Size;
        byte[] all = new byte[CheckArray(seeds.Count, size)];
        foreach (var (first, pixels) in Draw(generator, seeds, labels, host))
            pixels.CopyTo(all.AsSpan(first * size * size * 3));
        NpzFile.Write(file, [NpyArray.Of("arr_0", [seeds.Count, size, size, 3], all)]);
    }

    /// <summary>Bytes of an array of images.</summary>
    /// <exception cref="UsageException">It would be too long.</exception>
    static int CheckArray(int count, int size)
    {
        long bytes = (long)count * size * size * 3;
        return bytes <= Array.MaxLength ? (int)bytes : throw new UsageException(
            $"{count} images of {size}x{size} take {Format.Bytes(bytes)}, more than one array holds; write them into a folder.");
    }

    static IEnumerable<(int First, byte[] Pixels)> Draw(TrainedGenerator generator, IReadOnlyList<ulong> seeds, int[]? labels,
        Host host)
    {
        for (int first = 0; first < seeds.Count; first += Batch)
        {
            int n = Math.Min(Batch, seeds.Count - first);
            ulong[] some = [.. seeds.Skip(first).Take(n)];
            yield return (first, generator.Draw(some, labels?[first..(first + n)], host.Stop));
        }
    }
}
