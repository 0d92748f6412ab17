using System.Text;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// A ZIP archive of members that are stored as they are, each at a multiple of 64 bytes: what .NET's own writer cannot place.
/// </summary>
sealed class StoredZip(Stream stream)
{
    const int Alignment = 64, HeaderBytes = 30, ExtraBytes = 4;
    const ushort Version = 20, Utf8 = 1 << 11, Date = (1 << 5) | 1; // 1 January 1980: equal members give equal archives.

    static readonly uint[] s_crc = CrcTable();

    readonly List<(byte[] Name, uint Crc, uint Length, uint Offset)> _members = [];
    long _at;

    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        long body = _at + HeaderBytes + text.Length + ExtraBytes;
        int padding = (int)((Alignment - body % Alignment) % Alignment);
        if (body + padding + bytes.Length >= uint.MaxValue)
            throw new NotSupportedException("A .pth file of 4 GiB or more is not written; safetensors has no such limit.");
        var member = (text, Crc(bytes), (uint)bytes.Length, (uint)_at);
        using var header = Begin(0x04034b50);
        Common(header, member);
        // As PyTorch pads: an extra field "FB".
        header.Write((ushort)(ExtraBytes + padding));
        header.Write(text);
        header.Write("FB"u8);
        header.Write((ushort)padding);
        header.Write(new byte[padding]);
        Put(header);
        stream.Write(bytes);
        _at += bytes.Length;
        _members.Add(member);
    }

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        long begin = _at;
        foreach (var member in _members)
        {
            using var entry = Begin(0x02014b50);
            entry.Write(Version);
            Common(entry, member);
            entry.Write((ushort)0); // Extra bytes,
            entry.Write((ushort)0); // a comment's bytes,
            entry.Write((ushort)0); // the disk,
            entry.Write((ushort)0); // attributes
            entry.Write(0u); // of two kinds.
            entry.Write(member.Offset);
            entry.Write(member.Name);
            Put(entry);
        }
        if (_members.Count >= ushort.MaxValue || _at >= uint.MaxValue)
            throw new NotSupportedException("A .pth file of 65,535 members or 4 GiB is not written; safetensors can hold it.");
        long length = _at - begin;
        using var end = Begin(0x06054b50);
        end.Write(0u); // This disk and the directory's.
        end.Write((ushort)_members.Count);
        end.Write((ushort)_members.Count);
        end.Write((uint)length);
        end.Write((uint)begin);
        end.Write((ushort)0);
        Put(end);
    }

    static BinaryWriter Begin(uint signature)
    {
        var writer = new BinaryWriter(new MemoryStream());
        writer.Write(signature);
        return writer;
    }

    /// <summary>What a member's header and its entry in the directory share.</summary>
    static void Common(BinaryWriter writer, (byte[] Name, uint Crc, uint Length, uint Offset) member)
    {
        writer.Write(Version);
        writer.Write(Utf8);
        writer.Write((ushort)0); // Stored.
        writer.Write((ushort)0); // Midnight.
        writer.Write(Date);
        writer.Write(member.Crc);
        writer.Write(member.Length);
        writer.Write(member.Length);
        writer.Write((ushort)member.Name.Length);
    }

    void Put(BinaryWriter writer)
    {
        byte[] bytes = ((MemoryStream)writer.BaseStream).ToArray();
        stream.Write(bytes);
        _at += bytes.Length;
    }

    // CRC-32 of IEEE 802.3, reflected; a package for it would be the engine's only one.
    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = s_crc[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    static uint[] CrcTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xEDB88320;
            table[i] = value;
        }
        return table;
    }
}
