using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.PyTorch;

namespace Ssgan.Gan.Metrics.Networks.Inception;

/// <summary>
/// The network of FID, KID and the Inception score: TensorFlow's inception-2015-12-05, 2048 features behind the last pool and
/// 1008 logits, which are the features times the last layer's weights without its bias.
/// </summary>
public sealed class InceptionNetwork : IFeatureNetwork
{
    const int Side = 299, Dimensions = 2048, Classes = 1008, StemImages = 4;
    const double Epsilon = 1e-3;

    readonly Device _device;
    readonly FoldedConv.Set _convolutions;
    readonly ILayer _stem, _blocks;
    readonly Tensor _classes;
    readonly ImageResize _resize;
    readonly int _batch;

    InceptionNetwork(Device device, ImageResize resize, int batch, string sha256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_device, _resize, _batch) = (device, resize, batch);
        Info = new FeatureNetworkInfo("Inception", sha256, Dimensions, Classes);
        _convolutions = new FoldedConv.Set(device, Epsilon);
        var graph = new InceptionGraph(_convolutions);
        (_stem, _blocks) = (graph.Stem(), graph.Blocks());
        _classes = device.Empty(new Shape(Classes, Dimensions)).Own();
    }

    /// <summary>The network with the weights of a file: see <see cref="InceptionWeights"/>.</summary>
    /// <param name="device">Where it runs. A CPU that does without Winograd's method gives features nearest to those of plain
    /// sums.</param>
    /// <param name="weights">The file.</param>
    /// <param name="resize">How images come to 299 x 299.</param>
    /// <param name="batch">Images at a time, at most.</param>
    /// <exception cref="StateDictException">The file holds other tensors.</exception>
    /// <exception cref="TensorFileException">The file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InceptionNetwork Load(Device device, InceptionWeights weights, ImageResize resize = ImageResize.TensorFlow,
        int batch = 16)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(weights);
        using var file = PthFile.Open(weights.Path);
        return Load(device, file, weights.Sha256, resize, batch);
    }

    internal static InceptionNetwork Load(Device device, TensorFile file, string sha256, ImageResize resize, int batch) =>
        Fill(device, entries => StateDict.Load(file, entries, IsExtra), sha256, resize, batch);

    /// <summary>The network with the values that <paramref name="fill"/> gives its tensors by their names in a file.</summary>
    internal static InceptionNetwork Fill(Device device, Action<IReadOnlyCollection<StateEntry>> fill, string sha256,
        ImageResize resize, int batch)
    {
        var network = new InceptionNetwork(device, resize, batch, sha256);
        try
        {
            network._convolutions.Load(entries =>
                fill([.. entries, new StateEntry("fc.weight", network._classes) { Converts = true }]));
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static bool IsExtra(string name) => name == "fc.bias" || name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    /// <inheritdoc/>
    public FeatureNetworkInfo Info { get; }

    /// <summary>Convolutions, and the trained values that their files hold.</summary>
    internal (int Count, long Parameters) Convolutions =>
        (_convolutions.All.Count, _convolutions.All.Sum(static c => c.ParameterCount));

    /// <inheritdoc/>
    public FeatureBatch Read(ReadOnlySpan<byte> pixels, int count, int size)
    {
        PixelGuard.Check(pixels, count, size);
        var resizer = new ImageResizer(_resize, size, Side);
        // (v - 128) / 128, or 2v - 1 of v in [0, 1].
        var (scale, shift) = _resize == ImageResize.PytorchFid ? (2f, -1f) : (1 / 128f, -1f);
        float[] features = new float[count * Dimensions], logits = new float[count * Classes],
            images = new float[Math.Min(count, _batch) * Side * Side * 3];
        int image = size * size * 3;
        for (int first = 0; first < count; first += _batch)
        {
            int some = Math.Min(_batch, count - first);
            var values = images.AsSpan(0, some * Side * Side * 3);
            resizer.Resize(pixels.Slice(first * image, some * image), values, scale, shift);
            using var scope = _device.Scope();
            var y = Forward(_device.From(values, new Shape(some, Side, Side, 3)));
            y.Features.CopyTo(features.AsSpan(first * Dimensions, some * Dimensions));
            y.Logits.CopyTo(logits.AsSpan(first * Classes, some * Classes));
        }
        return new FeatureBatch(features, logits);
    }

    /// <summary>Images (N, 299, 299, 3) as the network takes them → features (N, 2048), logits (N, 1008).</summary>
    internal (Tensor Features, Tensor Logits) Forward(Tensor images)
    {
        using var scope = _device.Scope();
        // The first layers are wide and have few weights: a few images at a time take less memory, and stay in the caches.
        var parts = new List<Tensor>();
        for (int i = 0; i < images.Shape[0]; i += StemImages)
        {
            using var few = images.Slice(0, i, Math.Min(StemImages, images.Shape[0] - i));
            parts.Add(_stem.Forward(few));
        }
        var joined = Tensor.Concat(parts, 0);
        parts.ForEach(static p => p.Dispose());
        var features = _blocks.Forward(joined).Mean(1, 2);
        return (features.Keep(), features.MatMul(_classes, transposeB: true).Keep());
    }

    /// <summary>Frees the weights; the device stays.</summary>
    public void Dispose()
    {
        _convolutions.Dispose();
        _classes.Dispose();
    }
}
