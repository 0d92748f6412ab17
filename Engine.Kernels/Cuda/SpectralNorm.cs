using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in kernels/spectral_norm.cu and spectral_norm_backward.cu.
    const int SpectralThreads = 256, MostSpectralLayers = 56, MostSpectralGradients = 50;
    // A block's least work: fewer columns would not fill the memory's transactions, fewer elements would not pay
    // for the barriers.
    const int LeastColumns = 32, LeastElements = 4096;
    static readonly KernelFamily s_spectralForward = new("spectral_norm", "spectral_norm_forward");
    static readonly KernelFamily s_spectralBackward = new("spectral_norm_backward", "spectral_norm_backward");

    /// <inheritdoc/>
    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon)
    {
        int resident = ResidentInAll(s_spectralForward), most = Math.Min(resident, MostSpectralLayers);
        for (; !layers.IsEmpty; layers = layers[Math.Min(most, layers.Length)..])
        {
            var part = layers[..Math.Min(most, layers.Length)];
            var args = new SpectralNormArgs { Arrivals = _arrivals[ArrivalCounters.SpectralNorm],
                Iterations = iterations, Epsilon = epsilon };
            long total = 0, floats = 0;
            foreach (ref readonly var layer in part) total += layer.W.Count;
            int blocks = 0;
            foreach (ref readonly var layer in part)
            {
                if (layer.W.Count == 0) continue;
                int rows = checked((int)layer.U.Count), columns = checked((int)layer.V.Count);
                bool bf16 = layer.Normalized.Type == DType.BF16;
                int share = BlockShare(layer.W.Count, total, resident - part.Length, (columns + LeastColumns - 1) / LeastColumns);
                args.Layer[args.Layers++] = new SpectralLayerArgs
                {
                    W = layer.W.Address, U = layer.U.Address, V = layer.V.Address, Sigma = layer.Sigma.Address,
                    N = layer.Normalized.Address, Scratch = (nint)(floats * sizeof(float)), Rows = rows, Columns = columns,
                    First = blocks, Blocks = share, Packed = columns % 4 == 0 && VectorPacking.Aligned(layer.W)
                        && (layer.Normalized.Address & (bf16 ? 7 : 15)) == 0 ? 1 : 0,
                    ToBf16 = bf16 ? 1 : 0,
                };
                blocks += share;
                floats += (long)rows * (share + 1) + 2 * share;
            }
            if (blocks == 0) continue;
            nint scratch = Scratch(floats * sizeof(float));
            for (int i = 0; i < args.Layers; i++) args.Layer[i].Scratch += scratch;
            LaunchCooperative(s_spectralForward, DType.F32, new Grid(blocks, SpectralThreads), args);
        }
    }

    /// <inheritdoc/>
    public override void SpectralNormBackward(ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<TensorView> dn,
        ReadOnlySpan<TensorView> dw)
    {
        int resident = ResidentInAll(s_spectralBackward), most = Math.Min(resident, MostSpectralGradients);
        for (int start = 0; start < layers.Length; start += most)
        {
            int end = Math.Min(start + most, layers.Length), blocks = 0;
            var args = new SpectralNormBackwardArgs { Arrivals = _arrivals[ArrivalCounters.SpectralNorm] };
            long total = 0;
            for (int i = start; i < end; i++) total += layers[i].W.Count;
            nint scratch = Scratch((long)resident * sizeof(float));
            for (int i = start; i < end; i++)
            {
                var layer = layers[i];
                if (layer.W.Count == 0) continue;
                int columns = checked((int)layer.V.Count);
                bool bf16 = dn[i].Type == DType.BF16;
                int share = BlockShare(layer.W.Count, total, resident - (end - start), int.MaxValue);
                args.Layer[(int)args.Layers++] = new SpectralGradientArgs
                {
                    W = layer.W.Address, DN = dn[i].Address, U = layer.U.Address, V = layer.V.Address,
                    Sigma = layer.Sigma.Address, DW = dw[i].Address, Scratch = scratch + blocks * sizeof(float),
                    Rows = checked((int)layer.U.Count), Columns = columns,
                    First = blocks, Blocks = share,
                    Packed = columns % 4 == 0 && VectorPacking.Aligned(layer.W) && VectorPacking.Aligned(dw[i])
                        && (dn[i].Address & (bf16 ? 7 : 15)) == 0 ? 1 : 0,
                    FromBf16 = bf16 ? 1 : 0,
                };
                blocks += share;
            }
            if (blocks > 0) LaunchCooperative(s_spectralBackward, DType.F32, new Grid(blocks, SpectralThreads), args);
        }
    }

    /// <summary>Blocks that the device holds at once; a group's barrier needs all of its blocks there.</summary>
    int ResidentInAll(KernelFamily kernel) =>
        Math.Max(1, ResidentBlocks(kernel, DType.F32, SpectralThreads, 0) * Multiprocessors);

    /// <summary>
    /// One block, and of the spare ones as many as the layer's part of all elements; no more than it has work for.
    /// </summary>
    static int BlockShare(long elements, long total, int spare, int most) =>
        (int)Math.Min(1 + spare * elements / total, Math.Min(most, (elements + LeastElements - 1) / LeastElements));

    [StructLayout(LayoutKind.Sequential)]
    struct SpectralNormArgs
    {
        public nint Arrivals;
        public int Layers, Iterations;
        public float Epsilon;
        public SpectralLayers Layer;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct SpectralLayerArgs
    {
        public nint W, U, V, Sigma, N, Scratch;
        public int Rows, Columns, First, Blocks, Packed, ToBf16;
    }

    [InlineArray(MostSpectralLayers)]
    struct SpectralLayers
    {
        SpectralLayerArgs _first;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct SpectralNormBackwardArgs
    {
        public nint Arrivals;
        public long Layers;
        public SpectralGradients Layer;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct SpectralGradientArgs
    {
        public nint W, DN, U, V, Sigma, DW, Scratch;
        public int Rows, Columns, First, Blocks, Packed, FromBf16;
    }

    [InlineArray(MostSpectralGradients)]
    struct SpectralGradients
    {
        SpectralGradientArgs _first;
    }
}
