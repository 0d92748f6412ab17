using System.Diagnostics;
using SkiaSharp;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

public sealed class FolderListingTests
{
    static FolderListing List(TempFolder folder, string name = "in") => FolderListing.Of(folder[name], folder["cache"], default);

    static byte[] Png(int seed) => DataSamples.NoiseImage(8, 8, seed);

    /// <summary>What only a shell can make: names of any bytes, pipes.</summary>
    static void Sh(string script, string folder)
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Windows has neither pipes in folders nor names of any bytes.");
        var info = new ProcessStartInfo("sh") { WorkingDirectory = folder, RedirectStandardError = true };
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(script);
        using var process = Process.Start(info)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error);
    }

    static void Link(TempFolder folder, string link, string target)
    {
        try
        {
            Directory.CreateSymbolicLink(folder[link], target);
        }
        catch (IOException)
        {
            Assert.Ignore("This system does not let the test make a symbolic link.");
        }
    }

    [Test]
    public void FirstBytesDecideWhereTheEndingIsNoImages()
    {
        using var folder = new TempFolder();
        byte[] jpeg = DataSamples.NoiseImage(8, 8, 1, SKEncodedImageFormat.Jpeg);
        byte[] webp = DataSamples.NoiseImage(8, 8, 2, SKEncodedImageFormat.Webp);
        byte[] bmp = DataSamples.Bmp(8, 8, (x, y) => new((byte)x, (byte)y, 9));
        (string Name, byte[] Bytes)[] images =
        [
            ("A.JFIF", jpeg), ("B.PNG", Png(3)), ("c.jpe", jpeg), ("d.dib", bmp), ("e", webp), ("f.Dib", bmp), ("g.tmp", Png(4)),
            ("h.old", bmp),
        ];
        foreach ((string name, byte[] bytes) in images) folder.Write("in/" + name, bytes);
        byte[] text = "BMW is no bitmap, whatever its letters say"u8.ToArray();
        foreach (string name in (string[])["a.txt", "b.TXT", "c.heic", "note"]) folder.Write("in/" + name, text);
        folder.Write("in/empty", []);
        var notices = new List<string>();
        var options = new DataOptions { CacheDirectory = folder["cache"], Notice = notices.Add };
        using FolderSource source = FolderSource.Open(folder["in"], 8, options);
        Assert.That(List(folder).Files, Is.EqualTo(images.Select(static i => i.Name)));
        Assert.That(source.Count, Is.EqualTo(8));
        for (int i = 0; i < 8; i++)
        {
            byte[] expected = new byte[8 * 8 * 3];
            ImageDecoder.Decode(images[i].Bytes, 8, expected, new Lock());
            Assert.That(DataSamples.Pixels(source, i), Is.EqualTo(expected), images[i].Name);
        }
        Assert.That(notices, Is.EqualTo(new[]
            { $"Left out of {folder["in"]}: 2 without an ending, 2 .txt and 1 .heic (not PNG, JPEG, WebP or BMP)." }));
    }

    [Test]
    public void LinkedFoldersAreFollowedEachImageOnce()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["in/a.png", "in/sub/b.png", "far/c.png", "far/deep/d.png"])
            folder.Write(name, Png(name.Length));
        string[] plain = List(folder).Files;
        Link(folder, "in/again", folder["in/sub"]);
        Link(folder, "in/sub/up", "..");
        Link(folder, "in/above", folder.Root);
        Link(folder, "in/self", "self");
        Assert.That(List(folder).Files, Is.EqualTo(plain), "and the content hash of before with it");
        // Two ways out, one of which leads into the other and back into the folder.
        Link(folder, "in/x", folder["far/deep"]);
        Link(folder, "in/y", "../far");
        Link(folder, "far/back", folder["in"]);
        Assert.That(List(folder).Files, Is.EqualTo(new[] { "a.png", "sub/b.png", "x/d.png", "y/c.png" }));
        Assert.That(List(folder).LeftOut.Describe(), Does.Contain("4 links to folders that are there already or lie above"));
        // The folder itself behind a link.
        Link(folder, "alias", folder["in"]);
        Assert.That(List(folder, "alias").Files, Is.EqualTo(List(folder).Files));
        folder.Write("in/packs/e.png", Png(7));
        FolderListing withoutPacks = FolderListing.Of(folder["alias"], folder["in/packs"], default);
        Assert.That(withoutPacks.Files, Is.EqualTo(List(folder).Files.Where(static f => f != "packs/e.png")));
    }

    [Test]
    public void NamesThatAreNotUtf8AreCounted()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.png", Png(1));
        folder.Write("in/b\uFFFD.png", Png(2));
        Sh("cp a.png $(printf 'caf\\351.png'); mkdir \"$(printf 'f\\374r')\"; cp a.png \"$(printf 'f\\374r')\"", folder["in"]);
        try
        {
            FolderListing listing = List(folder);
            Assert.That(listing.Files, Is.EqualTo(new[] { "a.png", "b\uFFFD.png" }));
            Assert.That(listing.LeftOut.Describe(), Is.EqualTo(
                "1 file not named in UTF-8 (rename to take); 1 folder not named in UTF-8, with all inside (rename to take)"));
        }
        finally
        {
            Sh("rm -r in", folder.Root);
        }
    }

    [Test, CancelAfter(20_000)]
    public void APipeIsNoImageAndDoesNotHang()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.png", Png(1));
        Sh("mkfifo x.png y; ln -s /dev/zero z.png", folder["in"]);
        FolderListing listing = List(folder);
        Assert.That(listing.Files, Is.EqualTo(new[] { "a.png" }));
        Assert.That(listing.LeftOut.Describe(), Is.EqualTo("2 .png and 1 without an ending (pipes, sockets or devices)"));
    }

    [Test]
    public void HiddenImagesAreCounted()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.png", Png(1));
        Sh("cp a.png .b.png; mkdir .c; cp a.png .c; echo > .d", folder["in"]);
        Assert.That(List(folder).Files, Is.EqualTo(new[] { "a.png" }));
        Assert.That(List(folder).LeftOut.Describe(), Is.EqualTo("1 hidden image; 1 hidden folder"));
    }

    [Test]
    public void SheetsAreKnownByTheirMark()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.png", Png(1));
        ImageGrid.Save(folder["in/sheet.png"], DataSamples.Noise(4 * 192, 1), 4, 8);
        FolderListing listing = List(folder);
        Assert.That(listing.Files, Is.EqualTo(new[] { "a.png" }));
        Assert.That(listing.LeftOut.Describe(), Is.EqualTo("1 sheet that ssgan drew"));
        // A reader that checks every chunk takes the file for whole.
        byte[] sheet = File.ReadAllBytes(folder["in/sheet.png"]);
        using SKBitmap bitmap = SKBitmap.Decode(sheet);
        Assert.That((bitmap.Width, bitmap.Height), Is.EqualTo((38, 38)));
        // tEXt, its length and its CRC by zlib.
        const string chunk = "0000000E74455874536F66747761726500737367616EF4DE44F3";
        Assert.That(Convert.ToHexString(sheet.AsSpan(33, 26)), Is.EqualTo(chunk));
    }
}
