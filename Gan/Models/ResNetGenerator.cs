using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>Maps noise (N, latent) to images (N, S, S, 3) in [−1, 1]: linear, residual blocks that double the size, BN, ReLU, 3x3, tanh.</summary>
public sealed class ResNetGenerator : Module
{
    readonly Linear _l1;
    readonly GeneratorBlock[] _blocks;
    readonly BatchNorm2d _norm;
    readonly Conv2d _last;

    public ResNetGenerator(Rng random, Architecture architecture)
    {
        Architecture = architecture;
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        _l1 = Child("l1", new Linear(random, architecture.Latent, area * channels));
        // Names count from 2 and the tail takes the next number, as in Mimicry's files.
        _blocks = new GeneratorBlock[architecture.GeneratorBlocks.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = Child($"block{i + 2}", new GeneratorBlock(random, channels, architecture.GeneratorBlocks[i]));
            channels = architecture.GeneratorBlocks[i];
        }
        _norm = Child($"b{_blocks.Length + 2}", new BatchNorm2d(random.Device, channels));
        _last = Child($"c{_blocks.Length + 2}", new Conv2d(random, channels, 3, 3));
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <summary>(N, latent) → (N, S, S, 3) in [−1, 1].</summary>
    public Tensor Forward(Tensor z)
    {
        using var scope = z.Device.Step();
        int start = Architecture.StartSize;
        var h = _l1.Forward(z).Reshape(z.Shape[0], start, start, Architecture.StartChannels);
        foreach (var block in _blocks) h = block.Forward(h);
        return _last.Forward(_norm.Forward(h, relu: true)).Tanh().Keep();
    }
}
