using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Ssgan.Gan.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>The same few images in each of the containers that images come in.</summary>
static class Places
{
    public const int Images = 12;

    /// <summary>Small pictures of several formats and shapes; in folders by class where these are in the names.</summary>
    public static (string Name, byte[] Bytes)[] Files(bool classes)
    {
        SkiaSharp.SKEncodedImageFormat[] formats =
            [SkiaSharp.SKEncodedImageFormat.Png, SkiaSharp.SKEncodedImageFormat.Jpeg, SkiaSharp.SKEncodedImageFormat.Webp];
        string[] endings = [".png", ".jpg", ".webp"];
        return [.. Enumerable.Range(0, Images).Select(i =>
            ((classes ? $"{(i < Images / 2 ? "cats" : "dogs")}/" : "") + $"{i:000000}{endings[i % 3]}",
                DataSamples.NoiseImage(20 + i, 40 - i, i, formats[i % 3])))];
    }

    /// <summary>The class that a set with labels of its own gives an image.</summary>
    public static int LabelOf(int image) => image * 7 % 3;

    static int LabelOfName(string name) => LabelOf(int.Parse(name[..6], System.Globalization.CultureInfo.InvariantCulture));

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in files)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        return memory.ToArray();
    }

    public static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Bytes)[] files)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, format, leaveOpen: true))
            foreach (var (name, bytes) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(bytes);
                tar.WriteEntry(entry);
            }
        return memory.ToArray();
    }

    /// <summary>StyleGAN's list of labels.</summary>
    public static byte[] DatasetJson((string Name, byte[] Bytes)[] files) => Encoding.UTF8.GetBytes("{\"labels\": ["
        + string.Join(", ", files.Select(static f => $"[\"{f.Name}\", {LabelOfName(f.Name)}]")) + "]}");

    /// <summary>A WebDataset's samples, an image and a class each.</summary>
    public static (string Name, byte[] Bytes)[] Samples((string Name, byte[] Bytes)[] files, bool json = false) =>
        [.. files.SelectMany(f => ((string, byte[])[])[f, (f.Name[..f.Name.IndexOf('.')] + (json ? ".json" : ".cls"),
            Encoding.UTF8.GetBytes(json ? $"{{\"caption\": [1, {{}}], \"label\": {LabelOfName(f.Name)}}}"
                : $"{LabelOfName(f.Name)}\n"))])];

    /// <summary>Lays the images into a container; says what to open.</summary>
    public static string Make(TempFolder folder, string container)
    {
        var files = Files(classes: container.EndsWith("classes", StringComparison.Ordinal));
        switch (container)
        {
            case "folder" or "folder of classes":
                foreach (var (name, bytes) in files) folder.Write("in/" + name, bytes);
                return folder["in"];
            case "zip" or "zip of classes": return folder.Write("in.zip", Zip(CompressionLevel.Fastest, files));
            // One folder around all, hidden files beside, and entries in another order.
            case "zip in a folder":
                return folder.Write("in.zip", Zip(CompressionLevel.NoCompression,
                    [("__MACOSX/x.png", [1]), ("photos/readme.txt", [1]),
                        .. files.Reverse().Select(static f => ("photos/" + f.Name, f.Bytes))]));
            case "StyleGAN zip":
                return folder.Write("in.zip", Zip(CompressionLevel.NoCompression, [.. files, ("dataset.json",
                    DatasetJson(files))]));
            case "tar" or "tar of classes": return folder.Write("in.tar", Tar(TarEntryFormat.Ustar, files));
            case "WebDataset": return folder.Write("in.tar", Tar(TarEntryFormat.Pax, Samples(files)));
            case "WebDataset shards":
                folder.Write("in/00000.tar", Tar(TarEntryFormat.Gnu, Samples(files[..5], json: true)));
                folder.Write("in/00001.tar", Tar(TarEntryFormat.Pax, Samples(files[5..], json: true)));
                return folder["in"];
            case "LMDB":
                folder.Write("in/data.mdb", LmdbBytes.Of([.. files.Select(static f =>
                    (Encoding.ASCII.GetBytes(f.Name), f.Bytes))]));
                folder.Write("in/lock.mdb", new byte[8192]);
                return folder["in"];
            default: throw new ArgumentException(container);
        }
    }

    public static DataOptions Options(TempFolder folder, List<string>? notices = null) => new()
    {
        DataDirectory = folder["data"], CacheDirectory = folder["cache"], AllowDownload = false,
        Notice = notice => notices?.Add(notice),
    };
}
