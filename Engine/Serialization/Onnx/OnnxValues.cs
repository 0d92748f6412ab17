using System.Buffers.Binary;
using Ssgan.Engine.Serialization.Protobuf;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>Values of an initializer, whichever of protobuf's ways of storing them was taken.</summary>
static class OnnxValues
{
    /// <summary>
    /// The bytes of a tensor, where they are not one stretch of the file; null where they are. Their number is checked before
    /// anything is allocated.
    /// </summary>
    public static byte[]? Gather(OnnxFile file, WireReader wire, OnnxTensor tensor)
    {
        long bytes = tensor.Type.ByteLength(tensor.Shape)!.Value, there = 0;
        int size = tensor.Type.Size();
        foreach (var piece in tensor.Pieces)
            there += tensor.Packed ? wire.Integers(piece).LongCount() * size : piece.Length;
        if (there != bytes)
            throw file.Refused(tensor.Name, $"has {there} bytes of data, but {tensor.Type.Name()} "
                + $"({string.Join(", ", tensor.Shape)}) needs {bytes}");
        if (!tensor.Packed && tensor.Pieces.Count <= 1) return null;
        if (bytes > Array.MaxLength)
            throw file.Refused(tensor.Name, $"has {bytes} bytes in pieces, which do not fit in one array");
        byte[] gathered = new byte[bytes];
        int at = 0;
        foreach (var piece in tensor.Pieces)
        {
            if (tensor.Packed)
            {
                foreach (long value in wire.Integers(piece)) Write(value, gathered.AsSpan(at, size), ref at);
                continue;
            }
            wire.Read(piece.Begin, gathered.AsSpan(at, (int)piece.Length));
            at += (int)piece.Length;
        }
        return gathered;
    }

    /// <summary>The lowest bytes of a number: narrow types, half precision among them, stand in wider ones.</summary>
    static void Write(long value, Span<byte> destination, ref int at)
    {
        Span<byte> wide = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(wide, value);
        wide[..destination.Length].CopyTo(destination);
        at += destination.Length;
    }
}
