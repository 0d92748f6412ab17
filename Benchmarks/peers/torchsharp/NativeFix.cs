// TorchSharp 0.107.0's libLibTorchSharp.so is linked against GCC 13's libstdc++ (it needs the version GLIBCXX_3.4.32) and so
// does not load on Debian 12, whose libstdc++ is GCC 12's. The only symbol of that version, std::ios_base_library_init(), is
// a link-time marker that is never called. Where the library does not load as shipped, the copy beside this program gets
// that one version need marked weak (one flag of its ELF verneed table), which the loader then does not insist on. No code
// changes, and libtorch itself is not touched.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Ssgan.Benchmarks.Peers;

static class NativeFix
{
    const string Library = "libLibTorchSharp.so", Version = "GLIBCXX_3.4.32";
    const ushort Weak = 2;

    /// <summary>
    /// Makes the library loadable; call before the first use of TorchSharp. True where the weak mark is in use.
    /// </summary>
    public static bool Apply()
    {
        var path = Path.Combine(AppContext.BaseDirectory, Library);
        if (!OperatingSystem.IsLinux() || !File.Exists(path)) return false;
        var bytes = File.ReadAllBytes(path);
        var at = FlagOffset(bytes);
        if (at < 0) return false;
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
        if ((flags & Weak) != 0) return true;
        if (NativeLibrary.TryLoad(path, out _)) return false;

        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)(flags | Weak));
        var temporary = path + ".tmp";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
        Console.Error.WriteLine($"{Library}: marked its need of {Version} weak, this system's libstdc++ is older");
        return true;
    }

    /// <summary>Where vna_flags of the version's entry lies in a 64-bit little-endian ELF file, -1 if it has none.</summary>
    static int FlagOffset(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[4] != 2 || elf[5] != 1) return -1;
        int U16(ReadOnlySpan<byte> e, int o) => BinaryPrimitives.ReadUInt16LittleEndian(e[o..]);
        int U32(ReadOnlySpan<byte> e, int o) => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(e[o..]));
        int U64(ReadOnlySpan<byte> e, int o) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(e[o..]));

        int table = U64(elf, 40), size = U16(elf, 58), count = U16(elf, 60);
        for (var i = 0; i < count; i++)
        {
            var section = table + i * size;
            if (BinaryPrimitives.ReadUInt32LittleEndian(elf[(section + 4)..]) != 0x6ffffffe) continue; // SHT_GNU_verneed
            var strings = U64(elf, table + U32(elf, section + 40) * size + 24);
            var need = U64(elf, section + 24);
            for (var n = U32(elf, section + 44); n > 0; n--, need += U32(elf, need + 12))
            {
                var aux = need + U32(elf, need + 8);
                for (var a = U16(elf, need + 2); a > 0; a--, aux += U32(elf, aux + 12))
                {
                    var name = elf[(strings + U32(elf, aux + 8))..];
                    if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == Version) return aux + 4;
                }
            }
        }
        return -1;
    }
}
