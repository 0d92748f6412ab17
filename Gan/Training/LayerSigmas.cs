using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Algorithms;

namespace Ssgan.Gan.Training;

/// <summary>
/// The largest singular value of each weight that spectral norm divides by it, as the norm estimates it: where one grows without
/// end, its layer is about to collapse.
/// </summary>
static class LayerSigmas
{
    const string Suffix = ".spectral.u";

    /// <summary>Each layer's, by its network and name: "d.block1.c1". One download for all of them.</summary>
    public static IReadOnlyList<(string Name, double Value)> Of(GanStep step)
    {
        var (names, sigmas) = (new List<string>(), new List<Tensor>());
        using var scope = step.Device.Scope();
        foreach (var (network, module) in step.Networks.Where(static n => n.Name != "g_ema"))
        {
            var norms = module.Modules().OfType<SpectralNorm>().ToList();
            if (norms.Count == 0) continue;
            var layers = module.NamedBuffers().ToDictionary(static b => b.Tensor, static b => b.Name);
            foreach (var norm in norms)
            {
                string name = layers[norm.U];
                names.Add($"{network}.{(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name)}");
                sigmas.Add(norm.Sigma());
            }
        }
        if (sigmas.Count == 0) return [];
        float[] values = Tensor.Concat([.. sigmas], 0).ToArray();
        return [.. names.Zip(values, static (name, value) => (name, (double)value))];
    }
}
