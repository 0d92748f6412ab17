using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// A convolution of few tiles, shared out by its columns: who transforms filters multiplies with them, so that they stay in one
/// core's caches and threads meet once. Each thread transforms all tiles. Item = some panels of columns.
/// </summary>
readonly unsafe struct WinogradColumns<TKernel, TMethod>(WinogradPlan plan, WinogradArrays arrays, int panels, float* filters,
    float* own, ScratchSlots slots) : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TMethod : IWinogradMethod
{
    public void Invoke(int start, int end)
    {
        for (int item = start; item < end; item++)
        {
            int first = item * plan.ChunkPanels, count = Math.Min(plan.ChunkPanels, panels - first);
            float* mine = filters + item * plan.FilterFloats;
            new WinogradFilterTasks<TKernel, TMethod>(plan, arrays, 0, first, count, mine).Invoke(0, count * (plan.Depth / 8));
            new WinogradTasks<TKernel, TMethod>(plan, arrays, mine, 0, 1, first, count, own, slots).Invoke(0, plan.Tasks);
        }
    }
}
