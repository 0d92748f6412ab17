using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>One line of a network's table.</summary>
/// <param name="Name">"block2" or, for a part of it, "block2.c1".</param>
/// <param name="IsPart">Whether it is part of the line before it, whose parameters include its own.</param>
/// <param name="Output">What a whole layer returns for a batch, "(64, 8, 8, 256)"; null for parts.</param>
/// <param name="Weight">Shape of the weight, or null where a layer has only parts.</param>
/// <param name="Parameters">Number of trained values.</param>
public sealed record LayerRow(string Name, bool IsPart, string? Output, string? Weight, long Parameters);

/// <summary>The layers of a network as a table.</summary>
public static class LayerTable
{
    /// <summary>The generator's layers for a batch.</summary>
    public static IReadOnlyList<LayerRow> Of(ResNetGenerator generator, int batch)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return OfGenerator(generator, generator.Architecture, batch);
    }

    /// <summary>The generator's layers for a batch.</summary>
    public static IReadOnlyList<LayerRow> Of(CompareGanGenerator generator, int batch)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return OfGenerator(generator, generator.Architecture, batch);
    }

    static List<LayerRow> OfGenerator(Module generator, Architecture a, int batch)
    {
        var outputs = new Dictionary<string, string> { ["l1"] = Images(batch, a.StartSize, a.StartChannels) };
        int side = a.StartSize, blocks = a.GeneratorBlocks.Count;
        for (int i = 0; i < blocks; i++) outputs[$"block{i + 2}"] = Images(batch, side *= 2, a.GeneratorBlocks[i]);
        outputs[$"b{blocks + 2}"] = Images(batch, side, a.GeneratorBlocks[^1]);
        outputs[$"c{blocks + 2}"] = Images(batch, side, 3);
        if (a.GeneratorAttention > 0) outputs["attn_block"] = outputs[$"block{a.GeneratorAttention}"];
        return Rows(generator, outputs);
    }

    /// <summary>The discriminator's layers for a batch.</summary>
    public static IReadOnlyList<LayerRow> Of(ResNetDiscriminator discriminator, int batch)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        return OfDiscriminator(discriminator, discriminator.Architecture, discriminator.RotationClasses, batch);
    }

    /// <summary>The discriminator's layers for a batch.</summary>
    public static IReadOnlyList<LayerRow> Of(CompareGanDiscriminator discriminator, int batch)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        return OfDiscriminator(discriminator, discriminator.Architecture, discriminator.RotationClasses, batch);
    }

    static List<LayerRow> OfDiscriminator(Discriminator discriminator, Architecture a, int rotationClasses, int batch)
    {
        var outputs = new Dictionary<string, string>
        {
            [a.LogitsName] = $"({batch}, 1)",
            ["l_y"] = discriminator.Classes > 0 ? $"({batch}, {a.DiscriminatorBlocks[^1].Channels})"
                : $"({batch}, {rotationClasses})",
        };
        int side = a.Size;
        for (int i = 0; i < a.DiscriminatorBlocks.Count; i++)
        {
            var block = a.DiscriminatorBlocks[i];
            if (block.Downsample) side /= 2;
            outputs[$"block{i + 1}"] = Images(batch, side, block.Channels);
        }
        if (a.DiscriminatorAttention > 0) outputs["attn_block"] = outputs[$"block{a.DiscriminatorAttention}"];
        return Rows(discriminator, outputs);
    }

    /// <summary>The layers of InfoMax-GAN's discriminator for a batch.</summary>
    public static IReadOnlyList<LayerRow> Of(InfoMaxDiscriminator discriminator, int batch)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        var blocks = discriminator.Architecture.DiscriminatorBlocks;
        int side = discriminator.Size, end = discriminator.Size >> blocks.Count(static b => b.Downsample);
        foreach (var block in blocks.SkipLast(1)) if (block.Downsample) side /= 2;
        string places = Images(batch, side, discriminator.ContrastWidth), whole = $"({batch}, {discriminator.ContrastWidth})";
        return Rows(discriminator, new()
        {
            [InfoMaxDiscriminator.LocalBlocks] = Images(batch, side, blocks[^2].Channels),
            [InfoMaxDiscriminator.GlobalBlocks] = Images(batch, end, blocks[^1].Channels),
            [InfoMaxDiscriminator.Head] = $"({batch}, 1)",
            ["local_nrkhs_a"] = Images(batch, side, blocks[^2].Channels), ["local_nrkhs_b"] = places, ["local_nrkhs_sc"] = places,
            ["global_nrkhs_a"] = $"({batch}, {blocks[^1].Channels})", ["global_nrkhs_b"] = whole, ["global_nrkhs_sc"] = whole,
        });
    }

    internal static string Images(int batch, int side, int channels) => $"({batch}, {side}, {side}, {channels})";

    internal static List<LayerRow> Rows(Module network, Dictionary<string, string> outputs)
    {
        var rows = new List<LayerRow>();
        foreach (var layer in network.NamedParameters()
            .GroupBy(static p => p.Name[..p.Name.IndexOf('.', StringComparison.Ordinal)]))
        {
            var parts = layer.GroupBy(static p => p.Name[..p.Name.LastIndexOf('.')]).Select(Part).ToList();
            bool whole = parts is [{ } only] && only.Name == layer.Key;
            rows.Add(new LayerRow(layer.Key, false, outputs[layer.Key], whole ? parts[0].Weight : null,
                parts.Sum(static p => p.Parameters)));
            if (!whole) rows.AddRange(parts.Select(p => p.Name == layer.Key ? p with { Name = layer.First().Name } : p));
        }
        return rows;

        static LayerRow Part(IGrouping<string, Engine.NamedTensor> part) => new(part.Key, true, null,
            part.First().Tensor.Shape.ToString(), part.Sum(static p => p.Tensor.Count));
    }
}
