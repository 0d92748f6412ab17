using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Elements per item of the loop.
    const int NormBlock = 32768;

    /// <inheritdoc/>
    public override void GradientNorm(ReadOnlySpan<TensorView> gradients, TensorView norm)
    {
        int items = 0;
        foreach (ref readonly var gradient in gradients)
            items = checked(items + (int)((gradient.Count + NormBlock - 1) / NormBlock));
        double* partial = (double*)_scratch.SharedBytes((long)items * sizeof(double) + BlockMap.Bytes(gradients.Length));
        var map = new BlockMap((int*)(partial + items), gradients.Length);
        for (int i = 0; i < gradients.Length; i++) map.Set(i, (gradients[i].Count + NormBlock - 1) / NormBlock);
        fixed (TensorView* first = gradients)
            _workers.For(items, 1, new SquareBlocks { Gradients = first, Map = map, Partial = partial });
        double sum = 0;
        for (int i = 0; i < items; i++) sum += partial[i];
        *norm.F32 = (float)Math.Sqrt(sum);
    }

    struct SquareBlocks : IParallelBody
    {
        public TensorView* Gradients;
        public BlockMap Map;
        public double* Partial;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                ref TensorView g = ref Gradients[Map.Find(item, out int block)];
                long offset = (long)block * NormBlock;
                Partial[item] = Dot(g.F32 + offset, g.F32 + offset, Math.Min(NormBlock, g.Count - offset));
            }
        }
    }
}
