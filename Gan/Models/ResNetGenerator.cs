using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// Maps noise (N, latent) to images (N, S, S, 3) in [−1, 1]: linear, residual blocks that double the size, BN, ReLU, 3x3, tanh.
/// </summary>
public sealed class ResNetGenerator : Module
{
    readonly Linear _l1;
    readonly GeneratorBlock[] _blocks;
    readonly BatchNorm2d _norm;
    readonly Conv2d _last;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="compute">Element type of the activations: F32, or BF16 where the device computes in it; parameters
    /// are F32.</param>
    public ResNetGenerator(Rng random, Architecture architecture, DType compute = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(architecture);
        _compute = compute;
        Architecture = architecture;
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        _l1 = Child("l1", new Linear(random, architecture.Latent, area * channels, compute: compute));
        // Names count from 2 and the tail takes the next number, as in Mimicry's files.
        _blocks = new GeneratorBlock[architecture.GeneratorBlocks.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = Child($"block{i + 2}", new GeneratorBlock(random, channels, architecture.GeneratorBlocks[i], compute));
            channels = architecture.GeneratorBlocks[i];
        }
        _norm = Child($"b{_blocks.Length + 2}", new BatchNorm2d(random.Device, channels));
        _last = Child($"c{_blocks.Length + 2}", new Conv2d(random, channels, 3, 3, compute: compute));
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <summary>F32 (N, latent) → F32 (N, S, S, 3) in [−1, 1].</summary>
    public Tensor Forward(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = z.Device.Scope();
        int start = Architecture.StartSize;
        var h = _l1.Forward(z.Cast(_compute)).Reshape(z.Shape[0], start, start, Architecture.StartChannels);
        foreach (var block in _blocks) h = block.Forward(h);
        return _last.Forward(_norm.Forward(h, relu: true)).Tanh().Cast(DType.F32).Keep();
    }
}
