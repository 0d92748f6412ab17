using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.Inception;
using Ssgan.Gan.Metrics.Networks.ResNet18;

namespace Ssgan.Gan.Metrics;

/// <summary>The networks that describe images, by name.</summary>
public static class FeatureNetworks
{
    /// <summary>Inception where its file is in the cache, else ResNet-18.</summary>
    public const string Auto = "auto";

    /// <summary>The network of the papers; downloaded where it is not in the cache.</summary>
    public const string Inception = "inception";

    /// <summary>The network that comes with the program.</summary>
    public const string ResNet18 = "resnet18";

    /// <summary>Opens a network. The device stays the caller's.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="nameOrFile">One of the names here, or the file of either network.</param>
    /// <param name="resize">How images get the size that it takes.</param>
    /// <param name="options">The cache, whether files may be downloaded, and who is told of it; null for the defaults.</param>
    /// <param name="stop">Ends a download.</param>
    /// <exception cref="DatasetException">The file is not there, or another one; the message says where it belongs.</exception>
    public static IFeatureNetwork Open(Device device, string nameOrFile = Auto, ImageResize resize = ImageResize.TensorFlow,
        DataOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(nameOrFile);
        return nameOrFile switch
        {
            Auto when InceptionWeights.IsThere(options) => OpenInception(null),
            Auto or ResNet18 => OpenResNet18(null),
            Inception => OpenInception(null),
            _ when nameOrFile.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) =>
                OpenResNet18(Path.GetDirectoryName(Path.GetFullPath(nameOrFile))),
            _ => OpenInception(nameOrFile),
        };

        ResNet18Network OpenResNet18(string? folder) =>
            ResNet18Network.Load(device, ResNet18Weights.Find(folder, options, stop), resize);

        InceptionNetwork OpenInception(string? file) =>
            InceptionNetwork.Load(device, InceptionWeights.Find(file, options, stop), resize);
    }
}
