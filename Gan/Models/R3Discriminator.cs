using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// R3GAN's discriminator (Huang et al. 2024): 1x1 from RGB, residual blocks at each resolution with binomial x2 downsampling
/// between them, a learned 4x4 basis and a linear layer; no layer mixes the images of a batch. With classes the last layer gives
/// a vector, whose product with the learned one of the class is the logit.
/// </summary>
public sealed class R3Discriminator : Discriminator
{
    readonly Embedding? _embedding;
    readonly R3Blocks[] _stages;
    readonly R3End _end;
    readonly Conv2d _rgb;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="classes">How many classes it knows; 0 for none.</param>
    /// <param name="compute">
    /// Element type of the activations up to 4x4, which is F32 as in the source; parameters are F32.
    /// </param>
    public R3Discriminator(Rng random, R3Architecture architecture, int classes = 0, DType compute = DType.F32)
        : base(Given(random, architecture).Size, classes)
    {
        (Architecture, _compute) = (architecture, compute);
        R3Stage[] stages = [.. architecture.Discriminator.Reverse()];
        int last = stages[^1].Channels, blocks = stages.Sum(static s => s.Blocks);
        _rgb = Child("rgb", new Conv2d(random, 3, stages[0].Channels, 1, weight: Init.KaimingNormal(1), hasBias: false));
        _stages = new R3Blocks[stages.Length];
        for (int i = 0; i < _stages.Length; i++)
        {
            int from = stages[i].Channels, to = i + 1 < stages.Length ? stages[i + 1].Channels : from;
            _stages[i] = Child($"stage{i + 1}", new R3Blocks(random, stages[i], from, to, blocks));
        }
        _end = Child("end", new R3End(random, last, classes > 0 ? last : 1));
        // As in the generator, and scaled so that the logit is a mean rather than a sum.
        if (classes > 0)
            _embedding = Child("embedding",
                new Embedding(random, classes, last, Init.Normal(1 / MathF.Sqrt((float)classes * last))));
    }

    static R3Architecture Given(Rng random, R3Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture;
    }

    /// <summary>The shapes.</summary>
    public R3Architecture Architecture { get; }

    /// <inheritdoc/>
    public override DiscriminatorOutput Forward(Tensor images, Tensor? labels = null)
    {
        CheckInput(images, labels);
        using var scope = images.Device.Scope();
        var h = _rgb.Forward(images.Cast(_compute));
        foreach (var stage in _stages.AsSpan(0, _stages.Length - 1))
            h = stage.Change(stage.Forward(h).Downsample2x());
        var (logits, found) = _end.Forward(_stages[^1].Forward(h.Cast(DType.F32)));
        if (_embedding is not null) logits = (logits * _embedding.Forward(labels!)).Sum([1], keepDims: true);
        return new(logits.Keep()) { Features = found.Keep() };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<LayerRow> Layers(int batch)
    {
        R3Stage[] stages = [.. Architecture.Discriminator.Reverse()];
        var outputs = new Dictionary<string, string>
        {
            ["rgb"] = LayerTable.Images(batch, Size, stages[0].Channels),
            ["end"] = $"({batch}, {(Classes > 0 ? stages[^1].Channels : 1)})",
            ["embedding"] = $"({batch}, {stages[^1].Channels})",
        };
        for (int i = 0; i < stages.Length; i++)
        {
            var next = stages[Math.Min(i + 1, stages.Length - 1)];
            outputs[$"stage{i + 1}"] = LayerTable.Images(batch, Math.Max(4, Size >> (i + 1)), next.Channels);
        }
        return LayerTable.Rows(this, outputs);
    }
}
