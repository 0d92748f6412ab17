using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Models;

/// <summary>
/// Weights from elsewhere do not fit a network. The message names the first that are missing, unknown or misshapen; the inner
/// <see cref="StateDictException"/> has all.
/// </summary>
public sealed class WeightsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Networks from and to safetensors files with Mimicry's names and PyTorch's layouts: filters (out, in, kh, kw), feature maps (C,
/// H, W). Both directions are exact. What PyTorch stores and this library does not need (num_batches_tracked, sn_sigma) is
/// ignored and written.
/// </summary>
public static class MimicryWeights
{
    /// <summary>Reads a generator.</summary>
    /// <exception cref="WeightsException">Names or shapes do not fit; nothing was changed.</exception>
    /// <exception cref="SafetensorsException">The file is damaged, or holds a value that is not finite; the same.</exception>
    public static void Load(string path, ResNetGenerator generator)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(generator);
        Load(path, Map(generator, generator.Architecture));
    }

    /// <summary>Reads a discriminator.</summary>
    /// <inheritdoc cref="Load(string, ResNetGenerator)"/>
    public static void Load(string path, ResNetDiscriminator discriminator)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(discriminator);
        var map = Map(discriminator, discriminator.Architecture);
        Load(path, map);
        // Mimicry's own spectral norm saves no v; it is the one that its next forward would compute from u.
        foreach (var entry in map) entry.DerivedV?.CopyFrom<float>(DeriveV(entry.Weight!.ToArray(), entry.Tensor.ToArray()));
    }

    /// <summary>v = Wᵀu / max(‖Wᵀu‖, epsilon): 0 where W or u is, as torch.nn.functional.normalize has it.</summary>
    static float[] DeriveV(float[] w, float[] u)
    {
        const double epsilon = 1e-12;
        double[] sums = new double[w.Length / u.Length];
        for (int i = 0; i < w.Length; i++) sums[i % sums.Length] += (double)w[i] * u[i / sums.Length];
        double norm = Math.Max(Math.Sqrt(sums.Sum(static x => x * x)), epsilon);
        return Array.ConvertAll(sums, x => (float)(x / norm));
    }

    /// <summary>The architecture of the generator in a file, told from its names and shapes.</summary>
    /// <exception cref="WeightsException">It holds no such generator.</exception>
    /// <exception cref="SafetensorsException">The file is damaged.</exception>
    public static Architecture ArchitectureOf(string path)
    {
        using var file = SafetensorsFile.Open(path);
        bool hasEnds = file.TryGet("l1.weight", out var first) & file.TryGet("block2.b1.weight", out var norm);
        if (!hasEnds || first!.Shape.Length != 2 || norm!.Shape.Length != 1 || norm.Count == 0)
            throw new WeightsException(
                $"{path} holds no generator with Mimicry's names: l1.weight (rows, latent) and block2.b1.weight "
                + "(channels) are needed.");
        int blocks = 0;
        while (file.TryGet($"block{blocks + 2}.b1.weight", out _)) blocks++;
        long start = (long)Math.Round(Math.Sqrt((double)first.Shape[0] / norm.Count)), size = blocks < 8 ? start << blocks : 0;
        if (!Architecture.Sizes.Contains((int)Math.Min(size, int.MaxValue)))
            throw new WeightsException($"{path} holds a generator that starts at {start}x{start} and doubles {blocks} times, "
                + $"which is none of the sizes {string.Join(", ", Architecture.Sizes)}.");
        return Architecture.For((int)size, (int)Math.Min(norm.Count, int.MaxValue)) with { Latent = (int)Math.Min(first.Shape[1],
            int.MaxValue) };
    }

    /// <summary>Writes a generator.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, ResNetGenerator generator)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(generator);
        Save(path, Map(generator, generator.Architecture));
    }

    /// <summary>Writes a discriminator.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, ResNetDiscriminator discriminator)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(discriminator);
        Save(path, Map(discriminator, discriminator.Architecture));
    }

    static void Load(string path, IReadOnlyList<MimicryEntry> map)
    {
        using var file = SafetensorsFile.Open(path);
        try
        {
            StateDict.Load(file, [.. map.Select(static entry => entry.ToState())], IsExtra);
        }
        catch (StateDictException e)
        {
            throw new WeightsException(e.Message, e);
        }
    }

    static void Save(string path, IReadOnlyList<MimicryEntry> map)
    {
        var items = new List<SafetensorsItem>();
        foreach (var entry in map)
        {
            items.Add(new SafetensorsItem(entry.Key, entry.FileShape, entry.ToFile(entry.Tensor.ToArray())));
            if (entry.Key.EndsWith(".running_var", StringComparison.Ordinal))
                items.Add(new SafetensorsItem(entry.Key.Replace("running_var", "num_batches_tracked"), SafetensorsDType.I64,
                    [], new byte[sizeof(long)]));
            if (entry.DerivedV is { } v)
                items.Add(new SafetensorsItem(entry.Key.Replace("sn_u", "sn_sigma"), [1],
                    new[] { Sigma(entry.Weight!, entry.Tensor, v) }));
        }
        SafetensorsWriter.Write(path, items);
    }

    static float Sigma(Tensor w, Tensor u, Tensor v)
    {
        using var scope = w.Device.Scope();
        using var noGrad = w.Device.NoGrad();
        return (w.MatMul(v.Reshape(-1, 1)) * u.Reshape(-1, 1)).Sum().Item();
    }

    static bool IsExtra(string name) =>
        name.EndsWith(".num_batches_tracked", StringComparison.Ordinal) || name.EndsWith(".sn_sigma", StringComparison.Ordinal);

    /// <summary>The names and layouts of a network's tensors in a Mimicry file.</summary>
    internal static List<MimicryEntry> Map(Module network, Architecture architecture)
    {
        const string u = ".spectral.u", v = ".spectral.v", weight = ".weight";
        var tensors = network.NamedParameters().Concat(network.NamedBuffers()).ToList();
        var byName = tensors.ToDictionary(static t => t.Name, static t => t.Tensor);
        var map = new List<MimicryEntry>();
        foreach (var (name, tensor) in tensors)
        {
            string owner = name[..name.LastIndexOf('.')];
            if (name == "l1.weight" || name == "l1.bias")
            {
                map.Add(FirstLinear(name, tensor, architecture));
            }
            else if (name.EndsWith(u, StringComparison.Ordinal))
            {
                owner = name[..^u.Length];
                map.Add(OwnNorm(owner, architecture)
                    ? new MimicryEntry($"{owner}.sn_u", [1, tensor.Shape[0]], tensor) { Weight = byName[owner + weight],
                        DerivedV = byName[owner + v] }
                    : new MimicryEntry($"{owner}.weight_u", [tensor.Shape[0]], tensor));
            }
            else if (name.EndsWith(v, StringComparison.Ordinal))
            {
                owner = name[..^v.Length];
                if (OwnNorm(owner, architecture)) continue;
                var w = byName[owner + weight].Shape;
                map.Add(new MimicryEntry($"{owner}.weight_v", [tensor.Shape[0]], tensor)
                {
                    Dims = w.Rank == 4 ? [w[3], w[1], w[2]] : [w[1]], Order = w.Rank == 4 ? [1, 2, 0] : [0],
                });
            }
            else
            {
                bool normalized = name.EndsWith(weight, StringComparison.Ordinal) && byName.ContainsKey(owner + u)
                    && !OwnNorm(owner, architecture);
                string key = normalized ? name + "_orig" : name;
                var s = tensor.Shape;
                map.Add(s.Rank == 4
                    ? new MimicryEntry(key, [s[0], s[3], s[1], s[2]], tensor) { Dims = [s[0], s[3], s[1], s[2]],
                        Order = [0, 2, 3, 1] }
                    : new MimicryEntry(key, [.. Enumerable.Range(0, s.Rank).Select(i => (long)s[i])], tensor));
            }
        }
        return map;
    }

    /// <summary>The heads that use Mimicry's own spectral norm class; everything else uses PyTorch's.</summary>
    static bool OwnNorm(string owner, Architecture architecture) =>
        architecture.HeadsIterateInEvaluation && (owner == "l_y" || owner == architecture.LogitsName);

    /// <summary>The generator's first layer makes a feature map: its rows are (C, H, W) there and (H, W, C) here.</summary>
    static MimicryEntry FirstLinear(string name, Tensor tensor, Architecture architecture)
    {
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        return tensor.Shape.Rank == 1
            ? new MimicryEntry(name, [tensor.Shape[0]], tensor) { Dims = [channels, area], Order = [1, 0] }
            : new MimicryEntry(name, [tensor.Shape[0], tensor.Shape[1]], tensor) { Dims = [channels, area, tensor.Shape[1]],
                Order = [1, 0, 2] };
    }
}
