using System.Text;
using Ssgan.Emulator;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Gguf;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Containers.Parquet;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Fuzzing;

/// <summary>A reader of foreign bytes.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Read">Reads all that there is, from bytes and a folder of its own for those that read files.</param>
/// <param name="Refuses">The exceptions by which it refuses bytes.</param>
sealed record Target(string Name, Action<byte[], string> Read, params Type[] Refuses)
{
    static readonly Type[] s_tensors = [typeof(TensorFileException)], s_data = [typeof(DatasetException)],
        s_run = [typeof(TrainingException)];

    static readonly Lock s_large = new();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("safetensors", static (bytes, _) => ReadAll(SafetensorsFile.Read(bytes, "fuzz")), s_tensors),
        new("pth", static (bytes, _) => ReadAll(PthFile.Read(bytes, "fuzz")), s_tensors),
        new("onnx", static (bytes, _) => ReadAll(OnnxFile.Read(bytes, "fuzz")), s_tensors),
        new("gguf", static (bytes, _) => ReadAll(GgufFile.Read(bytes, "fuzz")), s_tensors),
        new("npz", static (bytes, _) => NpzFile.Read(new MemoryStream(bytes)), s_tensors),
        new("image", static (bytes, _) => ImageDecoder.Decode(bytes, 8, new byte[8 * 8 * 3], s_large), s_data),
        new("zip", static (bytes, folder) =>
            ReadAll(ZipImages.Open(Put(folder, "a.zip", bytes), Options(folder), default)), s_data),
        new("tar", static (bytes, folder) =>
            ReadAll(TarImages.Open(folder, [Put(folder, "a.tar", bytes)], Options(folder), default)), s_data),
        new("parquet", static (bytes, folder) =>
            ReadAll(ParquetImages.Open(folder, [Put(folder, "a.parquet", bytes)], Options(folder), default)), s_data),
        new("lmdb", static (bytes, folder) => ReadAll(LmdbImages.Open(Put(folder, "data.mdb", bytes), default)), s_data),
        new("idx", static (bytes, folder) =>
            ReadAll(IdxImages.Open("fuzz", Put(folder, "i", bytes), null, static _ => [])), s_data),
        new("pickle", static (bytes, folder) => BatchPickle.Read(Put(folder, "train_data_batch_1", bytes)), s_data),
        new("cifar", static (bytes, folder) => Set(folder, "cifar-10-binary.tar.gz", bytes, 32), s_data),
        new("stl", static (bytes, folder) => Set(folder, "train_X.bin", bytes, 48), s_data),
        new("config", static (bytes, _) => TrainOptions.FromJson(Encoding.UTF8.GetString(bytes), "fuzz"), s_run),
        new("checkpoint", static (bytes, _) => CheckpointState.FromJson(Encoding.UTF8.GetString(bytes), "fuzz"), s_run),
        new("ptx", static (bytes, _) => PtxModule.Parse(Encoding.UTF8.GetString(bytes)), typeof(EmulatorFault)),
    ];

    /// <summary>Reads; what refuses bytes is no fault.</summary>
    /// <returns>Whether they were taken.</returns>
    public bool Try(byte[] bytes, string folder)
    {
        try
        {
            Read(bytes, folder);
            return true;
        }
        catch (Exception e) when (Refuses.Any(r => r.IsInstanceOfType(e)))
        {
            return false;
        }
    }

    static void ReadAll(TensorFile file)
    {
        using (file)
            foreach (var entry in file.Entries) entry.ReadBytes();
    }

    static void ReadAll(StoredImages images)
    {
        using (images)
            for (int i = 0; i < images.Count; i++) images.Read(i);
    }

    static void Set(string folder, string name, byte[] bytes, int side)
    {
        string path = Put(folder, name, bytes);
        using IImageSource source = DatasetFactory.Open(side == 32 ? path : folder, side, Options(folder));
        source.Read(0, new byte[side * side * 3]);
    }

    static DataOptions Options(string folder) => new()
    {
        DataDirectory = Path.Combine(folder, "data"), CacheDirectory = Path.Combine(folder, "cache"), AllowDownload = false,
    };

    static string Put(string folder, string name, byte[] bytes)
    {
        string cache = Path.Combine(folder, "cache"), path = Path.Combine(folder, name);
        if (Directory.Exists(cache)) Directory.Delete(cache, recursive: true);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
