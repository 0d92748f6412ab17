using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Interop;

/// <summary>Which entry of a file each tensor of a network is, and in which layout.</summary>
public static partial class MimicryWeights
{
    /// <summary>The names and layouts of a network's tensors in a Mimicry file.</summary>
    internal static List<MimicryEntry> Map(Module network)
    {
        const string u = ".spectral.u", v = ".spectral.v", weight = ".weight";
        var state = network.StateDict();
        var architecture = (network as ResNetGenerator)?.Architecture ?? (network as CompareGanGenerator)?.Architecture;
        // The heads that use Mimicry's own spectral norm class, which keeps u alone; everything else uses PyTorch's.
        HashSet<Tensor> own = [.. network.Modules().OfType<SpectralNorm>().Where(static n => n.IteratesInEvaluation)
            .Select(static n => n.U)];
        var map = new List<MimicryEntry>();
        foreach (var (name, tensor) in state)
        {
            string owner = name[..Math.Max(name.LastIndexOf('.'), 0)];
            if (architecture is not null && FirstKey(name, state) is { } first)
            {
                map.Add(FirstLinear(first, tensor, architecture));
            }
            else if (name.EndsWith(u, StringComparison.Ordinal))
            {
                owner = name[..^u.Length];
                map.Add(own.Contains(tensor)
                    ? new MimicryEntry($"{owner}.sn_u", [1, tensor.Shape[0]], tensor)
                    {
                        Weight = state[owner + weight], DerivedV = state[owner + v],
                    }
                    : new MimicryEntry($"{owner}.weight_u", [tensor.Shape[0]], tensor));
            }
            else if (name.EndsWith(v, StringComparison.Ordinal))
            {
                owner = name[..^v.Length];
                if (own.Contains(state[owner + u])) continue;
                var w = state[owner + weight].Shape;
                map.Add(new MimicryEntry($"{owner}.weight_v", [tensor.Shape[0]], tensor)
                {
                    Dims = w.Rank == 4 ? [w[3], w[1], w[2]] : [w[1]], Order = w.Rank == 4 ? [1, 2, 0] : [0],
                });
            }
            else
            {
                bool normalized = name.EndsWith(weight, StringComparison.Ordinal)
                    && state.TryGetValue(owner + u, out var estimate) && !own.Contains(estimate);
                map.Add(Plain(normalized ? name + "_orig" : name, tensor));
            }
        }
        return map;
    }

    /// <summary>The channels of a filter come second there and last here; all else has one layout.</summary>
    static MimicryEntry Plain(string key, Tensor tensor)
    {
        var s = tensor.Shape;
        if (s.Rank != 4) return new MimicryEntry(key, [.. s.Select(static dim => (long)dim)], tensor);
        int[] dims = [s[0], s[3], s[1], s[2]];
        return new MimicryEntry(key, [.. dims.Select(static dim => (long)dim)], tensor) { Dims = dims, Order = [0, 2, 3, 1] };
    }

    /// <summary>The key of what has a row for each value of the first feature map; null of all else.</summary>
    static string? FirstKey(string name, IReadOnlyDictionary<string, Tensor> state) => name switch
    {
        "l1.weight" => state.ContainsKey("l1.spectral.u") ? "l1.weight_orig" : name,
        "l1.bias" => name,
        "l1.spectral.u" => "l1.weight_u",
        _ => null,
    };

    /// <summary>The generator's first layer makes a feature map: its rows are (C, H, W) there and (H, W, C) here.</summary>
    static MimicryEntry FirstLinear(string name, Tensor tensor, Architecture architecture)
    {
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        return tensor.Shape.Rank == 1
            ? new MimicryEntry(name, [tensor.Shape[0]], tensor) { Dims = [channels, area], Order = [1, 0] }
            : new MimicryEntry(name, [tensor.Shape[0], tensor.Shape[1]], tensor)
            {
                Dims = [channels, area, tensor.Shape[1]], Order = [1, 0, 2],
            };
    }
}
