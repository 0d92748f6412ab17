using System.Buffers.Text;
using System.IO.Compression;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>PTX as a program carries it: compressed, the numbers of registers as differences (kernels/KernelPack.cs).</summary>
static class PackedPtx
{
    /// <summary>The text, NUL-terminated.</summary>
    /// <param name="packed">A resource of this assembly.</param>
    public static byte[] Unpack(Stream packed)
    {
        using var unzipped = new GZipStream(packed, CompressionMode.Decompress);
        using var differences = new MemoryStream();
        unzipped.CopyTo(differences);
        using var text = new MemoryStream(checked((int)differences.Length));
        Restore(differences.GetBuffer().AsSpan(0, (int)differences.Length), text);
        text.WriteByte(0);
        return text.ToArray();
    }

    /// <summary>Writes "%f12" for "%f2_" where the last register of the kind was "%f10".</summary>
    static void Restore(ReadOnlySpan<byte> packed, MemoryStream text)
    {
        var last = new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> kind = stackalloc char[8];
        Span<byte> digits = stackalloc byte[11];
        while (true)
        {
            int percent = packed.IndexOf((byte)'%');
            text.Write(percent < 0 ? packed : packed[..(percent + 1)]);
            if (percent < 0) return;
            packed = packed[(percent + 1)..];
            int letters = packed.IndexOfAnyExceptInRange((byte)'a', (byte)'z');
            // Special registers such as %tid.x have no number; neither have the heads of declarations, "%f<40>".
            if (letters <= 0 || letters > kind.Length
                || !Utf8Parser.TryParse(packed[letters..], out int difference, out int length)
                || packed[letters + length] != '_') continue;
            for (int i = 0; i < letters; i++) kind[i] = (char)packed[i];
            var name = kind[..letters];
            int number = last.TryGetValue(name, out int before) ? before + difference : difference;
            last[name] = number;
            text.Write(packed[..letters]);
            Utf8Formatter.TryFormat(number, digits, out int written);
            text.Write(digits[..written]);
            packed = packed[(letters + length + 1)..];
        }
    }
}
