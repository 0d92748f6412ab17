using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ssgan.Engine.Serialization.Numpy;

/// <summary>
/// What stands before the values of a .npy file (numpy.lib.format): "\x93NUMPY", the version, the header's length (2 bytes in
/// version 1, 4 in 2 and 3), and a Python dictionary, padded with spaces and a line feed, such as
/// <c>{'descr': '&lt;f8', 'fortran_order': False, 'shape': (3, 4), }</c>.
/// </summary>
readonly record struct NpyHeader(FileDType Type, bool Fortran, long[] Shape)
{
    public const int Start = 10;
    const int Alignment = 64, MaxLength = 1 << 16, MaxRank = 32;

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a header and leaves the stream at the first value.</summary>
    public static NpyHeader Read(string file, Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..Start], Start, throwOnEndOfStream: false) < Start || !start.StartsWith(Magic))
            throw TensorFileException.File(file, "this is no NumPy array (.npy)");
        int version = start[6];
        if (version is < 1 or > 3)
            throw TensorFileException.File(file, $"it is of version {version} of NumPy's format, and 1 to 3 are read");
        uint length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (version > 1)
        {
            if (stream.ReadAtLeast(start[Start..], 2, throwOnEndOfStream: false) < 2) throw CutOff(file);
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > MaxLength)
            throw TensorFileException.File(file, $"its header claims {length} bytes, more than the {MaxLength} allowed");
        byte[] text = new byte[length];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length) throw CutOff(file);
        return new NpyParser(file, Encoding.UTF8.GetString(text)).Header();
    }

    /// <summary>A header of version 1, which ends where the values may begin aligned.</summary>
    public static byte[] Write(FileDType type, ReadOnlySpan<long> shape)
    {
        // A tuple of one has a comma behind it.
        string dims = string.Concat(shape.ToArray().Select(static d => d.ToString(CultureInfo.InvariantCulture) + ", "));
        if (shape.Length > 1) dims = dims[..^2];
        else if (shape.Length == 1) dims = dims[..^1];
        string text = $"{{'descr': '{Name(type)}', 'fortran_order': False, 'shape': ({dims}), }}";
        int length = (Start + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - Start));
        header.AsSpan(Start).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(Start));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>The header that a dictionary's values make.</summary>
    public static NpyHeader Of(string file, string? descr, bool? fortran, List<long>? shape)
    {
        if (descr is null || fortran is null || shape is null)
            throw TensorFileException.File(file, "its header lacks one of 'descr', 'fortran_order' and 'shape'");
        FileDType? type = descr switch
        {
            "<f4" => FileDType.F32,
            "<f8" => FileDType.F64,
            "|u1" => FileDType.U8,
            "<i4" => FileDType.I32,
            "<i8" => FileDType.I64,
            _ => null,
        };
        if (type is null)
            throw TensorFileException.File(file,
                $"it holds {TensorFileException.Quote(descr)}, and '<f4', '<f8', '|u1', '<i4' and '<i8' are read");
        if (shape.Count > MaxRank)
            throw TensorFileException.File(file, $"it has {shape.Count} dimensions, more than the {MaxRank} allowed");
        return new NpyHeader(type.Value, fortran.Value, [.. shape]);
    }

    static string Name(FileDType type) => type switch
    {
        FileDType.F32 => "<f4",
        FileDType.F64 => "<f8",
        FileDType.U8 => "|u1",
        FileDType.I32 => "<i4",
        _ => "<i8",
    };

    static TensorFileException CutOff(string file) => TensorFileException.File(file, "its header is cut off");
}
