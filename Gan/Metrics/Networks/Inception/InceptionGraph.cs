using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Metrics.Networks.Inception;

/// <summary>
/// The graph of TensorFlow's inception-2015-12-05, under the names that pytorch-fid gave its parts: 94 convolutions, of which
/// each has a batch norm and a ReLU behind it. It differs from other Inception-v3 networks in its average pools, which divide by
/// the pixels of a window alone, and in its last block, which has a max pool in that place.
/// </summary>
/// <remarks>
/// A convolution of 1x1 taps behind an average pool is done before it: both are linear, the pool's weights sum to 1, so that the
/// bias passes, and the pool then goes over a quarter of the channels or fewer.
/// </remarks>
sealed class InceptionGraph(FoldedConv.Set convolutions)
{
    /// <summary>Images (N, 299, 299, 3) → (N, 35, 35, 192).</summary>
    public ILayer Stem() => new Chain(
        Conv("Conv2d_1a_3x3", 3, 32, 3, stride: 2), Conv("Conv2d_2a_3x3", 32, 32, 3),
        Conv("Conv2d_2b_3x3", 32, 64, 3, padding: 1), new MaxPool(2, 0), Conv("Conv2d_3b_1x1", 64, 80),
        Conv("Conv2d_4a_3x3", 80, 192, 3), new MaxPool(2, 0));

    /// <summary>(N, 35, 35, 192) → (N, 8, 8, 2048).</summary>
    public ILayer Blocks() => new Chain(
        A("Mixed_5b", 192, 32), A("Mixed_5c", 256, 64), A("Mixed_5d", 288, 64), B("Mixed_6a"), C("Mixed_6b", 128),
        C("Mixed_6c", 160), C("Mixed_6d", 160), C("Mixed_6e", 192), D("Mixed_7a"), E("Mixed_7b", 1280, maxPool: false),
        E("Mixed_7c", 2048, maxPool: true));

    Fork A(string name, int inputs, int pooled) => new(
        Conv($"{name}.branch1x1", inputs, 64),
        new Chain(Conv($"{name}.branch5x5_1", inputs, 48), Conv($"{name}.branch5x5_2", 48, 64, 5, padding: 2)),
        new Chain(Conv($"{name}.branch3x3dbl_1", inputs, 64), Conv($"{name}.branch3x3dbl_2", 64, 96, 3, padding: 1),
            Conv($"{name}.branch3x3dbl_3", 96, 96, 3, padding: 1)),
        Pooled(name, inputs, pooled));

    Fork B(string name) => new(
        Conv($"{name}.branch3x3", 288, 384, 3, stride: 2),
        new Chain(Conv($"{name}.branch3x3dbl_1", 288, 64), Conv($"{name}.branch3x3dbl_2", 64, 96, 3, padding: 1),
            Conv($"{name}.branch3x3dbl_3", 96, 96, 3, stride: 2)),
        new MaxPool(2, 0));

    Fork C(string name, int width) => new(
        Conv($"{name}.branch1x1", 768, 192),
        new Chain(Conv($"{name}.branch7x7_1", 768, width), Row($"{name}.branch7x7_2", width, width, 7),
            Column($"{name}.branch7x7_3", width, 192, 7)),
        new Chain(Conv($"{name}.branch7x7dbl_1", 768, width), Column($"{name}.branch7x7dbl_2", width, width, 7),
            Row($"{name}.branch7x7dbl_3", width, width, 7), Column($"{name}.branch7x7dbl_4", width, width, 7),
            Row($"{name}.branch7x7dbl_5", width, 192, 7)),
        Pooled(name, 768, 192));

    Fork D(string name) => new(
        new Chain(Conv($"{name}.branch3x3_1", 768, 192), Conv($"{name}.branch3x3_2", 192, 320, 3, stride: 2)),
        new Chain(Conv($"{name}.branch7x7x3_1", 768, 192), Row($"{name}.branch7x7x3_2", 192, 192, 7),
            Column($"{name}.branch7x7x3_3", 192, 192, 7), Conv($"{name}.branch7x7x3_4", 192, 192, 3, stride: 2)),
        new MaxPool(2, 0));

    Fork E(string name, int inputs, bool maxPool) => new(
        Conv($"{name}.branch1x1", inputs, 320),
        new Chain(Conv($"{name}.branch3x3_1", inputs, 384), Cross($"{name}.branch3x3_2")),
        new Chain(Conv($"{name}.branch3x3dbl_1", inputs, 448), Conv($"{name}.branch3x3dbl_2", 448, 384, 3, padding: 1),
            Cross($"{name}.branch3x3dbl_3")),
        maxPool ? new Chain(new MaxPool(1, 1), Conv($"{name}.branch_pool", inputs, 192)) : Pooled(name, inputs, 192));

    Fork Cross(string name) => new(Row($"{name}a", 384, 384, 3), Column($"{name}b", 384, 384, 3));

    Chain Pooled(string name, int inputs, int outputs) =>
        new(Add($"{name}.branch_pool", inputs, outputs, 1, 1, new ConvSpec(1, 0), relu: false), new AveragePoolRelu());

    FoldedConv Conv(string name, int inputs, int outputs, int kernel = 1, int stride = 1, int padding = 0) =>
        Add(name, inputs, outputs, kernel, kernel, new ConvSpec(stride, padding));

    FoldedConv Row(string name, int inputs, int outputs, int taps) =>
        Add(name, inputs, outputs, 1, taps, new ConvSpec(1, 0) { Left = taps / 2, Right = taps / 2 });

    FoldedConv Column(string name, int inputs, int outputs, int taps) =>
        Add(name, inputs, outputs, taps, 1, new ConvSpec(1, 0) { Top = taps / 2, Bottom = taps / 2 });

    FoldedConv Add(string name, int inputs, int outputs, int height, int width, ConvSpec spec, bool relu = true) =>
        convolutions.Add(new FoldedNames($"{name}.conv.weight", $"{name}.bn.weight", $"{name}.bn.bias",
            $"{name}.bn.running_mean", $"{name}.bn.running_var"), inputs, outputs, height, width, spec, relu);
}
