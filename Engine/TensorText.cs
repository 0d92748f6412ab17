using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>Values of a tensor as text, in numpy's brackets.</summary>
static class TensorText
{
    /// <summary>Of more values than this only the edges of each axis are shown.</summary>
    const int Threshold = 1000;

    const int Edge = 3;

    /// <summary>More than this nobody reads: the edges of five axes are 7,776 values.</summary>
    const int Most = 10_000;

    public static string Of(Tensor t)
    {
        bool all = t.Count <= Threshold;
        long shown = 1;
        foreach (int d in t.Shape) shown *= all ? d : Math.Min(d, 2 * Edge);
        if (shown > Most) return "[...]";
        var text = new StringBuilder();
        Write(text, t, all, 0, 0);
        return text.ToString();
    }

    /// <summary>The values from an axis on, which begin at an offset.</summary>
    static void Write(StringBuilder text, Tensor t, bool all, int axis, long offset)
    {
        int rank = t.Shape.Rank, extent = axis < rank ? t.Shape[axis] : 1;
        bool cut = !all && extent > 2 * Edge;
        int first = cut ? Edge : extent;
        if (axis >= rank - 1)
        {
            string row = Values(t, offset, first);
            if (cut) row += ", ..., " + Values(t, offset + extent - Edge, Edge);
            text.Append(rank == 0 ? row : $"[{row}]");
            return;
        }
        long stride = 1;
        for (int i = axis + 1; i < rank; i++) stride *= t.Shape[i];
        // Blocks of two axes and more are set apart by empty lines.
        string separator = "," + new string('\n', rank - 1 - axis) + new string(' ', axis + 1);
        text.Append('[');
        for (int i = 0; i < extent; i++)
        {
            if (i > 0) text.Append(separator);
            if (cut && i == Edge)
            {
                text.Append("...").Append(separator);
                i = extent - Edge;
            }
            Write(text, t, all, axis + 1, offset + i * stride);
        }
        text.Append(']');
    }

    /// <summary>So many values that lie one behind the other.</summary>
    static string Values(Tensor t, long offset, int count)
    {
        if (count == 0) return "";
        int size = t.Type.Size();
        byte[] bytes = new byte[count * size];
        var view = t.View;
        t.Backend.Download(new TensorView(view.Address + (nint)(offset * size), new Shape(count), t.Type), bytes);
        return string.Join(", ", Enumerable.Range(0, count).Select(i => Value(bytes.AsSpan(i * size, size), t.Type)));
    }

    static string Value(ReadOnlySpan<byte> bytes, DType type)
    {
        var c = CultureInfo.InvariantCulture;
        return type switch
        {
            DType.F32 => MemoryMarshal.Read<float>(bytes).ToString("G6", c),
            DType.BF16 => BitConverter.Int32BitsToSingle(MemoryMarshal.Read<ushort>(bytes) << 16).ToString("G4", c),
            DType.F64 => MemoryMarshal.Read<double>(bytes).ToString("G8", c),
            DType.F16 => ((float)MemoryMarshal.Read<Half>(bytes)).ToString("G4", c),
            DType.I32 => MemoryMarshal.Read<int>(bytes).ToString(c),
            DType.I64 => MemoryMarshal.Read<long>(bytes).ToString(c),
            DType.Bool => bytes[0] != 0 ? "true" : "false",
            _ => bytes[0].ToString(c),
        };
    }
}
