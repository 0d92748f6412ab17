using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Metrics.Networks.ResNet18;

/// <summary>
/// The ONNX models of NuGet's Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 (MIT): the network, and what makes its input.
/// </summary>
public sealed class ResNet18Weights
{
    const string Folder = "DnnImageModels", Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18/0.23.1";

    static readonly (string Folder, string Name, string Sha256) s_network = ("ResNet18Onnx", "ResNet18.onnx",
        "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f");
    static readonly (string Folder, string Name, string Sha256) s_preprocessing = ("ResNetPrepOnnx", "ResNetPreprocess.onnx",
        "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004");

    ResNet18Weights(string path, string preprocessingPath) =>
        (Path, PreprocessingPath, Sha256) = (path, preprocessingPath, s_network.Sha256);

    /// <summary>Where the network is.</summary>
    public string Path { get; }

    /// <summary>Where the model is that makes its input of pixels.</summary>
    public string PreprocessingPath { get; }

    /// <summary>The network's SHA-256, in hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>The two files: in a folder; without one, beside the program, where builds lay them, or in the cache.</summary>
    /// <param name="folder">Where to look and nowhere else; null for the usual places.</param>
    /// <param name="options">The cache (<see cref="DataOptions.CacheDirectory"/>; the user's unless set).</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="DatasetException">They are not there, and the message says which files belong where; or are
    /// others.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ResNet18Weights Find(string? folder = null, DataOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= new();
        string cache = options.CacheDirectory ?? DeviceOptions.UserCacheFolder() ?? options.Cache;
        string[] places = folder is not null ? [System.IO.Path.GetFullPath(folder)]
            : [System.IO.Path.Combine(AppContext.BaseDirectory, Folder), System.IO.Path.GetFullPath(cache)];
        return new(Of(s_network), Of(s_preprocessing));

        string Of((string Folder, string Name, string Sha256) file)
        {
            string path = places.SelectMany(p => new[] { System.IO.Path.Combine(p, file.Folder, file.Name),
                System.IO.Path.Combine(p, file.Name) }).FirstOrDefault(File.Exists)
                ?? throw new DatasetException($"ResNet-18 is not in {string.Join(" or ", places)}: put {s_network.Name} and "
                    + $"{s_preprocessing.Name} there, of tools/{Folder} in https://www.nuget.org/api/v2/package/{Package}.");
            string hash = ContentHash.Hex(ContentHash.OfFile(path, options.Progress, cancellation));
            return hash == file.Sha256 ? path : throw new DatasetException(
                $"{path} is not that of {Package}: its SHA-256 is {hash}, and the package's {file.Sha256}.");
        }
    }
}
