using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Onnx;

namespace Ssgan.Gan.Metrics.Networks.ResNet18;

/// <summary>
/// The residual network (He et al. 2016) that CNTK trained on ImageNet and a NuGet package distributes as ResNet-18, though it
/// has a block more: 512 features behind the last pool. Distances in them are not FID, and are called otherwise: FD-ResNet18.
/// </summary>
/// <remarks>It takes BGR in [0, 255] less a mean image, of 224 x 224 pixels.</remarks>
public sealed class ResNet18Network : IFeatureNetwork
{
    const int Side = 224, Dimensions = 512;
    const string MeanImage = "MeanImage";
    const double Epsilon = 1e-5;

    readonly Device _device;
    readonly FoldedConv.Set _convolutions;
    readonly ILayer _layers;
    readonly float[] _mean;
    readonly ImageResize _resize;
    readonly int _batch;

    ResNet18Network(Device device, OnnxFile file, float[] mean, FeatureNetworkInfo info, ImageResize resize, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_device, _mean, Info, _resize, _batch) = (device, mean, info, resize, batch);
        _convolutions = new FoldedConv.Set(device, Epsilon);
        var graph = new ResNet18Graph(_convolutions, file);
        _layers = graph.Layers();
    }

    /// <summary>The network of the package's two files.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="weights">The files.</param>
    /// <param name="resize">How images come to 224 x 224.</param>
    /// <param name="batch">Images at a time, at most.</param>
    /// <exception cref="StateDictException">A file holds other tensors.</exception>
    /// <exception cref="TensorFileException">A file is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ResNet18Network Load(Device device, ResNet18Weights weights, ImageResize resize = ImageResize.TensorFlow,
        int batch = 16)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(weights);
        using var file = OnnxFile.Open(weights.Path);
        using var preprocessing = OnnxFile.Open(weights.PreprocessingPath);
        var info = new FeatureNetworkInfo("ResNet18", weights.Sha256, Dimensions, 0);
        var network = new ResNet18Network(device, file, Mean(device, preprocessing), info, resize, batch);
        try
        {
            network._convolutions.Load(entries => StateDict.Load(file, entries));
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>What is subtracted, channels last.</summary>
    static float[] Mean(Device device, OnnxFile preprocessing)
    {
        using var scope = device.Scope();
        var mean = device.Empty(new Shape(1, 3, Side, Side));
        StateDict.Load(preprocessing, [new StateEntry(MeanImage, mean) { Converts = true }]);
        return mean.Permute(0, 2, 3, 1).ToArray();
    }

    /// <inheritdoc/>
    public FeatureNetworkInfo Info { get; }

    /// <inheritdoc/>
    public FeatureBatch Read(ReadOnlySpan<byte> pixels, int count, int size)
    {
        PixelGuard.Check(pixels, count, size);
        var resizer = new ImageResizer(_resize, size, Side);
        float scale = _resize == ImageResize.PytorchFid ? 255 : 1;
        float[] features = new float[count * Dimensions], images = new float[Math.Min(count, _batch) * _mean.Length];
        int image = size * size * 3;
        for (int first = 0; first < count; first += _batch)
        {
            int some = Math.Min(_batch, count - first);
            var values = images.AsSpan(0, some * _mean.Length);
            resizer.Resize(pixels.Slice(first * image, some * image), values, scale, 0);
            for (int i = 0; i < some; i++) Preprocess(values.Slice(i * _mean.Length, _mean.Length));
            using var scope = _device.Scope();
            _layers.Forward(_device.From(values, new Shape(some, Side, Side, 3))).Mean(1, 2)
                .CopyTo(features.AsSpan(first * Dimensions, some * Dimensions));
        }
        return new FeatureBatch(features, []);
    }

    void Preprocess(Span<float> rgb)
    {
        for (int i = 0; i < rgb.Length; i += 3)
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (rgb[i + 2] - _mean[i], rgb[i + 1] - _mean[i + 1], rgb[i] - _mean[i + 2]);
    }

    /// <summary>Frees the weights; the device stays.</summary>
    public void Dispose() => _convolutions.Dispose();
}
