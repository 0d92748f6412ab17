using System.Buffers.Binary;
using System.IO.Compression;

namespace FashionMnist;

/// <summary>
/// Bytes in the form of LeCun's MNIST files: 0, 0, 8, the rank, the dimensions big-endian, the values. Gzipped.
/// </summary>
static class IdxFile
{
    const int MostValues = 1 << 28;

    /// <summary>The dimensions and the values.</summary>
    /// <exception cref="InvalidDataException">It is no such file, of another rank, too large, or not whole.</exception>
    public static (int[] Dims, byte[] Values) Read(string path, int rank)
    {
        using var file = File.OpenRead(path);
        using var bytes = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            byte[] head = new byte[4 + 4 * rank];
            bytes.ReadExactly(head);
            if (head[0] != 0 || head[1] != 0 || head[2] != 8 || head[3] != rank)
                throw new InvalidDataException($"{path}: no idx file of bytes of rank {rank}.");
            var dims = new int[rank];
            long count = 1;
            for (int i = 0; i < rank; i++)
            {
                dims[i] = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4 + 4 * i));
                count = dims[i] < 1 ? long.MaxValue : Math.Min(MostValues + 1L, count * dims[i]);
                if (count > MostValues)
                    throw new InvalidDataException($"{path}: dimension {dims[i]} is not positive, or the file is too large.");
            }
            byte[] values = new byte[count];
            bytes.ReadExactly(values);
            return (dims, values);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{path} ends early.", e);
        }
    }
}
