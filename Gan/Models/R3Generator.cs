using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// R3GAN's generator (Huang et al. 2024): a learned 4x4 basis, residual blocks at each resolution with binomial x2 upsampling
/// between them, 1x1 to RGB. Its output is linear: what leaves [−1, 1] is cut where images become bytes. A class is a learned
/// vector behind the noise.
/// </summary>
public sealed class R3Generator : Generator
{
    readonly Embedding? _embedding;
    readonly R3Start _start;
    readonly R3Blocks[] _stages;
    readonly Conv2d _rgb;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="classes">How many classes it knows; 0 for none.</param>
    /// <param name="compute">
    /// Element type of the activations past 4x4, which is F32 as in the source; parameters are F32.
    /// </param>
    public R3Generator(Rng random, R3Architecture architecture, int classes = 0, DType compute = DType.F32)
        : base(Given(random, architecture).Size, architecture.Latent, classes)
    {
        (Architecture, _compute) = (architecture, compute);
        var stages = architecture.Generator;
        int width = stages[0].Channels, blocks = stages.Sum(static s => s.Blocks),
            inputs = architecture.Latent + (classes > 0 ? architecture.LabelWidth : 0);
        // A class is one of so many inputs, of which one is on.
        if (classes > 0)
            _embedding = Child("embedding",
                new Embedding(random, classes, architecture.LabelWidth, Init.Normal(1 / MathF.Sqrt(classes))));
        _start = Child("start", new R3Start(random, inputs, width));
        _stages = new R3Blocks[stages.Count];
        for (int i = 0; i < _stages.Length; i++)
        {
            int from = i == 0 ? width : stages[i - 1].Channels;
            _stages[i] = Child($"stage{i + 1}", new R3Blocks(random, stages[i], from, stages[i].Channels, blocks));
        }
        _rgb = Child("rgb", new Conv2d(random, stages[^1].Channels, 3, 1, weight: Init.KaimingNormal(1), hasBias: false));
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
    public override Tensor Forward(Latent latent)
    {
        ArgumentNullException.ThrowIfNull(latent.Z);
        CheckLabels(latent);
        using var scope = latent.Z.Device.Scope();
        var z = _embedding is null ? latent.Z : Tensor.Concat([latent.Z, _embedding.Forward(latent.Labels!)], 1);
        var h = _stages[0].Forward(_start.Forward(z)).Cast(_compute);
        foreach (var stage in _stages.AsSpan(1)) h = stage.Forward(stage.Change(h).Upsample2x(UpsampleMode.Binomial));
        return _rgb.Forward(h).Cast(DType.F32).Keep();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<LayerRow> Layers(int batch)
    {
        var stages = Architecture.Generator;
        var outputs = new Dictionary<string, string>
        {
            ["embedding"] = $"({batch}, {Architecture.LabelWidth})",
            ["start"] = LayerTable.Images(batch, 4, stages[0].Channels),
            ["rgb"] = LayerTable.Images(batch, Size, 3),
        };
        for (int i = 0; i < stages.Count; i++) outputs[$"stage{i + 1}"] = LayerTable.Images(batch, 4 << i, stages[i].Channels);
        return LayerTable.Rows(this, outputs);
    }
}
