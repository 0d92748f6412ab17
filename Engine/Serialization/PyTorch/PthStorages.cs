namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// Reads tensors out of the storages of a file: row-major and little-endian, whatever their strides and the file's byte order.
/// The storage and the rearranged tensor read last are kept, since a tensor is read in pieces and its neighbour is often a view
/// of the same storage.
/// </summary>
sealed class PthStorages(PthSource source)
{
    readonly Lock _lock = new();
    (string? Key, byte[] Bytes) _storage = (null, []);
    (PthTensor? Tensor, byte[] Bytes) _rearranged = (null, []);

    /// <summary>Where a tensor ends, in bytes from the begin of its storage in the file.</summary>
    public static Int128 End(PthTensor tensor) => tensor.End * tensor.Type.Size() + Begin(tensor);

    /// <summary>Copies bytes of a tensor from byte <paramref name="offset"/> on.</summary>
    public void Read(PthTensor tensor, Span<byte> destination, long offset)
    {
        if (destination.IsEmpty) return;
        lock (_lock)
        {
            if (tensor.IsContiguous() && !source.BigEndian)
            {
                offset += (long)Begin(tensor) + tensor.Offset * tensor.Type.Size();
                Storage(tensor).AsSpan((int)offset, destination.Length).CopyTo(destination);
            }
            else Rearranged(tensor).AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }

    static Int128 Begin(PthTensor tensor) => (Int128)tensor.Storage.Begin * (tensor.Storage.Type?.Size() ?? 1);

    byte[] Storage(PthTensor tensor)
    {
        string key = tensor.Storage.Key;
        if (_storage.Key != key) _storage = (key, source.Read(key));
        return _storage.Bytes;
    }

    byte[] Rearranged(PthTensor tensor)
    {
        if (ReferenceEquals(_rearranged.Tensor, tensor)) return _rearranged.Bytes;
        byte[] storage = Storage(tensor), bytes = new byte[tensor.Type.ByteLength(tensor.Shape)!.Value];
        int size = tensor.Type.Size();
        long[] place = new long[tensor.Shape.Length];
        long from = (long)Begin(tensor) + tensor.Offset * size;
        for (int to = 0; to < bytes.Length; to += size)
        {
            var element = bytes.AsSpan(to, size);
            storage.AsSpan((int)from, size).CopyTo(element);
            if (source.BigEndian) element.Reverse();
            // On to the next place, as an odometer goes.
            for (int i = place.Length - 1; i >= 0; i--)
            {
                from += tensor.Strides[i] * size;
                if (++place[i] < tensor.Shape[i]) break;
                from -= place[i] * tensor.Strides[i] * size;
                place[i] = 0;
            }
        }
        _rearranged = (tensor, bytes);
        return bytes;
    }
}
