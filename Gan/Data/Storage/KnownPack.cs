using System.Globalization;
using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// A note in the cache of what a place held when it was last read whole: its stamp, the hash of its contents, and the pack that
/// was made of it, by name, size and time. As long as all of these are still so, nothing is read again but the pack's end.
/// </summary>
/// <param name="Stamp">Of the place.</param>
/// <param name="Content">Hash of the contents, hexadecimal.</param>
/// <param name="Pack">The pack's file name; empty where it is not finished.</param>
/// <param name="Bytes">The pack's size.</param>
/// <param name="Changed">The pack's time of change, in ticks.</param>
/// <param name="Files">How many images there are, those that cannot be read among them.</param>
/// <param name="LeftOut">What was not taken; empty where all was.</param>
internal sealed record KnownPack(string Stamp, string Content, string Pack, long Bytes, long Changed, int Files, string LeftOut)
{
    internal const string Ending = ".known";
    const string Header = "ssgan known pack 1";
    const int MaxBytes = 1 << 16;

    /// <summary>Where the note of a place is kept.</summary>
    internal static string PathIn(string cache, string place) =>
        Path.Combine(cache, ContentHash.Hex(ContentHash.OfText(place)) + Ending);

    /// <summary>The note, where there is one and it is whole.</summary>
    internal static KnownPack? Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MaxBytes) return null;
        string[] lines = File.ReadAllText(path).Split('\n');
        if (lines is not [Header, var stamp, var content, var pack, var bytes, var changed, var files, var leftOut,
            ""]) return null;
        return long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            && long.TryParse(changed, NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && int.TryParse(files, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && content.Length == 64 && content.All(char.IsAsciiHexDigitLower) && Path.GetFileName(pack) == pack
            ? new(stamp, content, pack, length, ticks, count, leftOut) : null;
    }

    /// <summary>With the pack as it now lies in the cache.</summary>
    internal KnownPack Of(string packPath)
    {
        var file = new FileInfo(packPath);
        return this with { Pack = file.Name, Bytes = file.Length, Changed = file.LastWriteTimeUtc.Ticks };
    }

    /// <summary>Whether the pack is still as it was.</summary>
    internal bool IsAsItWas(string cache) => Pack.Length > 0 && Of(Path.Combine(cache, Pack), this);

    static bool Of(string packPath, KnownPack known)
    {
        var file = new FileInfo(packPath);
        return file.Exists && file.Length == known.Bytes && file.LastWriteTimeUtc.Ticks == known.Changed;
    }

    /// <summary>Keeps the note.</summary>
    internal void Write(string path)
    {
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{Header}\n{Stamp}\n{Content}\n{Pack}\n{Bytes}\n{Changed}\n{Files}\n{LeftOut.ReplaceLineEndings(" ")}\n");
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
