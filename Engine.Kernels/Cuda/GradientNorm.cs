using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in kernels/gradient_norm.cu.
    const int NormChunk = 16384, NormThreads = 256, MostNormArrays = 200;
    static readonly KernelFamily s_gradientNorm = new("gradient_norm", "gradient_norm");

    /// <inheritdoc/>
    public override void GradientNorm(ReadOnlySpan<TensorView> gradients, TensorView norm)
    {
        int all = 0;
        foreach (ref readonly var gradient in gradients) all = checked(all + (int)((gradient.Count + NormChunk - 1) / NormChunk));
        var args = new GradientNormArgs { Sums = Scratch(Math.Max(1, all) * (long)sizeof(double)), Norm = norm.Address };
        int next = 0;
        do
        {
            int blocks = 0;
            args.Arrays = 0;
            for (; next < gradients.Length && args.Arrays < MostNormArrays; next++)
            {
                long count = gradients[next].Count;
                if (count == 0) continue;
                args.First[args.Arrays] = blocks;
                args.X[args.Arrays] = gradients[next].Address;
                args.Count[args.Arrays++] = count;
                blocks += (int)((count + NormChunk - 1) / NormChunk);
            }
            args.Arrivals = next == gradients.Length ? _arrivals[ArrivalCounters.GradientNorm] : 0;
            Launch(s_gradientNorm, DType.F32, new Grid(Math.Max(1, blocks), NormThreads), args);
            args.Before += blocks;
        }
        while (next < gradients.Length);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct GradientNormArgs
    {
        public nint Sums, Norm, Arrivals;
        public int Before, Arrays;
        public NormInts First;
        public NormLongs X, Count;
    }

    [InlineArray(MostNormArrays)]
    struct NormInts
    {
        int _first;
    }

    [InlineArray(MostNormArrays)]
    struct NormLongs
    {
        long _first;
    }
}
