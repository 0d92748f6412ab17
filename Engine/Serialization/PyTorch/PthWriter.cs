using System.Globalization;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// Writes PyTorch's files of weights (.pth) as <c>torch.save</c> does: a ZIP archive, nothing compressed and every tensor at a
/// multiple of 64 bytes, with a pickle of an OrderedDict that <c>torch.load(weights_only=True)</c> takes. The same tensors give
/// the same bytes.
/// </summary>
public static class PthWriter
{
    const string Folder = "archive/";

    /// <summary>Writes a file all at once (<see cref="AtomicFile"/>), tensors in the order given and in the engine's layout:
    /// filters are (K, KH, KW, C).</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Tensors of any type and device, each name once.</param>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    /// <exception cref="NotSupportedException">There are 4 GiB or more.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<NamedTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);
        NamedTensor[] all = [.. tensors];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var (name, _) in all)
        {
            if (name.Length == 0 || !names.Add(name))
                throw new ArgumentException($"The name '{name}' of a tensor is empty or there twice.", nameof(tensors));
        }
        AtomicFile.Write(path, stream =>
        {
            var archive = new StoredZip(stream);
            archive.Add(Folder + "data.pkl", Pickle(all));
            archive.Add(Folder + "byteorder", "little"u8);
            for (int i = 0; i < all.Length; i++)
            {
                byte[] bytes = new byte[all[i].Tensor.View.Bytes];
                all[i].Tensor.Backend.Download(all[i].Tensor.View, bytes);
                archive.Add(Folder + "data/" + i.ToString(CultureInfo.InvariantCulture), bytes);
            }
            archive.Add(Folder + "version", "3\n"u8);
            archive.Finish();
        });
    }

    static byte[] Pickle(NamedTensor[] tensors)
    {
        var pickle = new MemoryStream();
        Put([0x80, 2]);
        Dictionary();
        Put("("u8);
        for (int i = 0; i < tensors.Length; i++)
        {
            var (name, tensor) = tensors[i];
            Text(name);
            Global("torch._utils", "_rebuild_tensor_v2");
            Put("(("u8);
            Text("storage");
            Global("torch", StorageOf(tensor.Type));
            Text(i.ToString(CultureInfo.InvariantCulture));
            Text("cpu");
            Number(tensor.Count);
            // A tuple, and what persistent_load makes of it: the storage. Then offset, shape, strides, no gradient, no hooks.
            Put("tQ"u8);
            Number(0);
            long[] strides = new long[tensor.Shape.Rank];
            long stride = 1;
            for (int axis = strides.Length - 1; axis >= 0; axis--)
            {
                strides[axis] = stride;
                stride *= Math.Max(1, tensor.Shape[axis]);
            }
            Numbers(tensor.Shape.Select(static d => (long)d));
            Numbers(strides);
            Put([0x89]);
            Dictionary();
            Put("tR"u8);
        }
        Put("u."u8);
        return pickle.ToArray();

        void Put(ReadOnlySpan<byte> bytes) => pickle.Write(bytes);

        void Global(string module, string name) => Put(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

        void Dictionary()
        {
            Global("collections", "OrderedDict");
            Put(")R"u8);
        }

        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Put([(byte)'X', .. BitConverter.GetBytes(bytes.Length), .. bytes]);
        }

        // BININT, or LONG1 of eight bytes.
        void Number(long value)
        {
            if (value == (int)value) Put([(byte)'J', .. BitConverter.GetBytes((int)value)]);
            else Put([0x8A, 8, .. BitConverter.GetBytes(value)]);
        }

        void Numbers(IEnumerable<long> values)
        {
            Put("("u8);
            foreach (long value in values) Number(value);
            Put("t"u8);
        }
    }

    static string StorageOf(DType type) => type switch
    {
        DType.F32 => "FloatStorage",
        DType.BF16 => "BFloat16Storage",
        DType.I32 => "IntStorage",
        _ => "ByteStorage",
    };
}
