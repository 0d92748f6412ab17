using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// Spectral normalisation with one power iteration: single layers, and all layers of a discriminator in one call.
/// </summary>
static class SpectralNorms
{
    static readonly (int Rows, int Columns)[] s_layers = [(128, 1152), (128, 27), (4, 128), (1024, 9216)];
    static readonly int[] s_networks = [32, 64, 128];

    public static IEnumerable<Workload> All(Variant v)
    {
        if (!v.IsF32) yield break;
        foreach (var (rows, columns) in s_layers)
            yield return Forward($"spectral_norm/{rows}x{columns}", [(v.Width(rows), v.Width(columns))]).Short(rows == 128);
        foreach (int side in s_networks)
        {
            yield return Network(v, side).Short(side == 32);
            yield return Backward($"spectral_norm/all_D{side}_layers/bwd", Matrices(v, side)).Short(side == 32);
        }
    }

    /// <summary>All layers of the published discriminator for a size of images.</summary>
    public static Workload Network(Variant v, int side) =>
        Forward(side == 32 ? "spectral_norm/all_D_layers" : $"spectral_norm/all_D{side}_layers", Matrices(v, side));

    static (int Rows, int Columns)[] Matrices(Variant v, int side) =>
        [.. Layers.Spectral(Architecture.For(side)).Select(m => (v.Width(m.Rows), v.Width(m.Columns)))];

    static Workload Forward(string name, (int Rows, int Columns)[] matrices) =>
        // A power iteration reads W twice, the division reads it once more and writes.
        new(name, "f32", 4 * Floats(matrices), 0, bed =>
        {
            var layers = Make(bed, matrices);
            return () => bed.Backend.SpectralNormForward(layers, 1, 1e-12f);
        });

    static Workload Backward(string name, (int Rows, int Columns)[] matrices) =>
        // The inner product reads dn and W; the sum reads dn and dw and writes dw.
        new(name, "f32", 5 * Floats(matrices), 0, bed =>
        {
            var layers = Make(bed, matrices);
            bed.Backend.SpectralNormForward(layers, 1, 1e-12f);
            TensorView[] dn = [.. matrices.Select(m => bed.Numbers(new Shape(m.Rows, m.Columns)))];
            TensorView[] dw = [.. matrices.Select(m => bed.Full(new Shape(m.Rows, m.Columns), 0))];
            return () => bed.Backend.SpectralNormBackward(layers, dn, dw);
        });

    static long Floats((int Rows, int Columns)[] matrices) => matrices.Sum(static m => (long)m.Rows * m.Columns) * sizeof(float);

    static SpectralLayer[] Make(BenchmarkContext bed, (int Rows, int Columns)[] matrices) =>
        [.. matrices.Select(m => new SpectralLayer(bed.Numbers(new Shape(m.Rows, m.Columns)),
        bed.Numbers(new Shape(m.Rows)), bed.Numbers(new Shape(m.Columns)), bed.Empty(new Shape(1)),
        bed.Empty(new Shape(m.Rows, m.Columns))))];
}
