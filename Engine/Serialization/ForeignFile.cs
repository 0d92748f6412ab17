using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// Files of other kinds that people take for weights, told by their first bytes: what they are, and what to do with them.
/// </summary>
static class ForeignFile
{
    /// <summary>How much of a file <see cref="Describe"/> looks at.</summary>
    public const int Bytes = 512;

    const string SaveInPython = "save its tensors with safetensors.torch.save_file in Python";

    /// <summary>
    /// A clause that says what the file is and what to do; null where its first bytes are of no kind that is known.
    /// </summary>
    /// <param name="start">The first <see cref="Bytes"/> bytes, or all of a shorter file.</param>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..]) return Zip(start);
        // Protocols 2 to 5 name themselves; older pickles are text that could be anything.
        if (start is [0x80, >= 2 and <= 5, ..])
            return $"this is a Python pickle, as PyTorch's older .pth files are; open it with torch.load and {SaveInPython}";
        if (start is [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A, ..])
            return "this is an HDF5 file, as Keras writes; read it with h5py and save its arrays with "
                + "safetensors.numpy.save_file in Python";
        if (start.StartsWith("GGUF"u8))
            return "this is a GGUF file, which holds a language model; give a safetensors file of the network";
        if (start is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..])
            return "this is a NumPy array (.npy), which has no name; save all arrays by name with "
                + "safetensors.numpy.save_file in Python";
        if (start is [0x1F, 0x8B, ..]) return "this is a gzip archive; unpack it and give the file inside";
        if (start.StartsWith("version https://git-lfs"u8))
            return "this is a Git LFS pointer, not the file it stands for; fetch that with git lfs pull";
        if (IsWebPage(start)) return "this is a web page, not the file it leads to; download that file itself";
        if (start is [(byte)'{', ..])
            return "this is JSON text, perhaps the index of a file in parts; give the file that holds the tensors";
        return IsOnnx(start)
            ? "this is an ONNX model; read its initializers with the onnx package and save them with "
                + "safetensors.numpy.save_file in Python"
            : null;
    }

    /// <summary>PyTorch and NumPy both write ZIP archives; the first member's name tells them apart.</summary>
    static string Zip(ReadOnlySpan<byte> start)
    {
        const int nameLength = 26, name = 30;
        if (start.Length > name)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(start[nameLength..]), start.Length - name);
            string member = Encoding.UTF8.GetString(start.Slice(name, length));
            if (member.EndsWith(".npy", StringComparison.Ordinal))
                return "this is a NumPy archive (.npz); open it with numpy.load and save its arrays with "
                    + "safetensors.numpy.save_file in Python";
            // What torch.save begins with, under the file's own name or "archive".
            if (member.EndsWith("/data.pkl", StringComparison.Ordinal)
                || member.EndsWith("/.format_version", StringComparison.Ordinal))
                return $"this is a PyTorch file (.pth); open it with PthFile, or with torch.load and {SaveInPython}";
        }
        return $"this is a ZIP archive; if it is a PyTorch file (.pth), open it with torch.load and {SaveInPython}, "
            + "else unpack it";
    }

    static bool IsWebPage(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart("\uFEFF \t\r\n"u8);
        return text is [(byte)'<', ..] && text.Length > 5 && (Ascii.EqualsIgnoreCase(text[1..5], "html"u8)
            || (text.Length > 9 && Ascii.EqualsIgnoreCase(text[1..9], "!doctype"u8)));
    }

    /// <summary>
    /// ONNX has no magic number. A model is a protobuf message (onnx.proto, ModelProto) that is written in the order of its
    /// fields: the version of the format, field 1, as one byte, and then a string (fields 2, 3, 4, 6), a number (5), the graph
    /// (7) or the operator sets (8).
    /// </summary>
    static bool IsOnnx(ReadOnlySpan<byte> start) =>
        start is [0x08, >= 1 and <= 63, 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42, ..];
}
