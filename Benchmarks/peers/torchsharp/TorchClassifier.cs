using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Ssgan.Benchmarks.Peers;

/// <summary>The network of samples/FashionMnist, as a TorchSharp user would write it, and its training.</summary>
sealed class TorchClassifier : IDisposable
{
    readonly Sequential _network;
    readonly SGD _sgd;
    readonly Tensor _images, _labels;

    public TorchClassifier(int batch, int width, bool channelsLast)
    {
        _network = Sequential(
            Conv2d(1, width, 3, padding: 1, bias: false), BatchNorm2d(width), ReLU(),
            new TorchBlock(width, width, 1), new TorchBlock(width, 2 * width, 2), new TorchBlock(2 * width, 4 * width, 2),
            AdaptiveAvgPool2d(1), Flatten(), Linear(4 * width, 10));
        _sgd = optim.SGD(_network.parameters(), 0.1, momentum: 0.9, weight_decay: 5e-4, nesterov: true);
        _images = Layout.To(randn(batch, 1, 28, 28), channelsLast).DetachFromDisposeScope();
        _labels = (arange(batch, dtype: ScalarType.Int64) % 10).DetachFromDisposeScope();
        if (!channelsLast) return;
        using (no_grad())
        {
            foreach (var weight in _network.parameters().Where(static p => p.dim() == 4)) weight.set_(Layout.To(weight, true));
        }
    }

    public void Step()
    {
        using var scope = NewDisposeScope();
        _sgd.zero_grad();
        var loss = F.cross_entropy(_network.forward(_images), _labels);
        loss.backward();
        _sgd.step();
        if (!float.IsFinite(loss.item<float>())) throw new InvalidOperationException("The classifier's loss is no number.");
    }

    public void Dispose()
    {
        _sgd.Dispose();
        _network.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    sealed class TorchBlock : Module<Tensor, Tensor>
    {
        readonly Conv2d conv1, conv2;
        readonly Conv2d? shortcut;
        readonly BatchNorm2d bn1, bn2;
        readonly BatchNorm2d? shortcut_bn;

        public TorchBlock(int inputs, int outputs, int stride) : base("block")
        {
            conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(outputs);
            if (inputs != outputs || stride != 1)
            {
                shortcut = Conv2d(inputs, outputs, 1, stride: stride, bias: false);
                shortcut_bn = BatchNorm2d(outputs);
            }
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var y = bn2.forward(conv2.forward(F.relu(bn1.forward(conv1.forward(x)))));
            return F.relu(y + (shortcut is null ? x : shortcut_bn!.forward(shortcut.forward(x))));
        }
    }
}
