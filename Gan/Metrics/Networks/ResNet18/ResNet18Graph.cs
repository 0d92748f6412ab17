using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Onnx;

namespace Ssgan.Gan.Metrics.Networks.ResNet18;

/// <summary>
/// The layers of what the package calls ResNet-18, whose weights a model's nodes name: its convolutions stand there in the order
/// of use, in blocks with a convolution in the shortcut that one first, each with its batch norm behind it.
/// </summary>
/// <remarks>
/// It has one block more than He et al.'s, a third one of 512 channels. The file pads where a step of 2 follows by one less to
/// the right and below; what it leaves out no window reads (<c>findings/resnet18-package.sh</c>).
/// </remarks>
sealed class ResNet18Graph(FoldedConv.Set convolutions, OnnxFile file)
{
    const int Convolutions = 22;
    readonly Queue<FoldedNames> _names = Names(file);

    /// <summary>Images (N, 224, 224, 3) → (N, 7, 7, 512).</summary>
    public ILayer Layers() => new Chain(
        Conv(3, 64, 7, 2), new MaxPool(2, 1), Block(64, 64), Block(64, 64), Block(64, 128), Block(128, 128), Block(128, 256),
        Block(256, 256), Block(256, 512), Block(512, 512), Block(512, 512));

    Residual Block(int inputs, int outputs)
    {
        int stride = inputs == outputs ? 1 : 2;
        var shortcut = stride == 1 ? null : Conv(inputs, outputs, 1, stride, relu: false);
        return new Residual(shortcut, new Chain(Conv(inputs, outputs, 3, stride), Conv(outputs, outputs, 3, 1, relu: false)));
    }

    FoldedConv Conv(int inputs, int outputs, int kernel, int stride, bool relu = true) =>
        convolutions.Add(_names.Dequeue(), inputs, outputs, kernel, kernel, new ConvSpec(stride, kernel / 2), relu);

    static Queue<FoldedNames> Names(OnnxFile file)
    {
        var normalised = file.Nodes.Where(static n => n is { OpType: "BatchNormalization", Inputs.Count: 5 })
            .ToLookup(static n => n.Inputs[0]);
        var names = new Queue<FoldedNames>();
        foreach (var conv in file.Nodes.Where(static n => n is { OpType: "Conv", Inputs.Count: >= 2, Outputs.Count: 1 }))
        {
            foreach (var norm in normalised[conv.Outputs[0]])
                names.Enqueue(new(conv.Inputs[1], norm.Inputs[1], norm.Inputs[2], norm.Inputs[3], norm.Inputs[4]));
        }
        return names.Count == Convolutions ? names : throw new TensorFileException(
            $"{file.Name}: it has {names.Count} convolutions with batch norms, this ResNet-18 has {Convolutions}.");
    }
}

/// <summary>max(0, layers of x + x), or + a shortcut of x.</summary>
sealed class Residual(ILayer? shortcut, ILayer layers) : ILayer
{
    public Tensor Forward(Tensor x)
    {
        using var scope = x.Device.Scope();
        return layers.Forward(x).AddRelu(shortcut is null ? x : shortcut.Forward(x)).Keep();
    }
}
