using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate)
    {
        int m = c.Shape[-2], n = c.Shape[-1], k = a.Shape[transposeA ? -2 : -1], batches = c.Shape.Rank == 3 ? c.Shape[0] : 1;
        for (int i = 0; i < batches; i++)
        {
            var output = new GemmOutput(c.F32 + (long)i * m * n, n, null, accumulate);
            MatMul(a.F32 + (long)i * m * k, transposeA, b.F32 + (long)i * k * n, transposeB, output, m, n, k);
        }
    }

    void MatMul(float* a, bool transposeA, float* b, bool transposeB, in GemmOutput c, int m, int n, int k)
    {
        if (transposeA)
        {
            if (transposeB) Multiply(new MatrixColumns(a, m), new ColumnPanels(b, k), c, m, n, 1, k);
            else Multiply(new MatrixColumns(a, m), new RowPanels(b, n, 0), c, m, n, 1, k);
        }
        else
        {
            if (transposeB) Multiply(new MatrixRows(a, k), new ColumnPanels(b, k), c, m, n, 1, k);
            else Multiply(new MatrixRows(a, k), new RowPanels(b, n, 0), c, m, n, 1, k);
        }
    }

    /// <summary>
    /// c (m, n) = rows (m, k) · panels (k, n), where k runs over taps x depth: what products and convolutions have in common.
    /// </summary>
    void Multiply<TRows, TPanels>(in TRows rows, in TPanels panels, in GemmOutput c, int m, int n, int taps, int depth)
        where TRows : unmanaged, IGemmRows
        where TPanels : unmanaged, IGemmPanels
    {
        if (n <= GemmKernelDot.MaxColumns && !TRows.Interleaved)
        {
            Multiply<GemmKernelDot, TRows, TPanels>(rows, panels, c, m, n, taps, depth);
            return;
        }
        switch (_simd)
        {
            case SimdPath.Vector512 when n <= GemmKernel512Narrow.Columns:
                Multiply<GemmKernel512Narrow, TRows, TPanels>(rows, panels, c, m, n, taps, depth);
                break;
            case SimdPath.Vector512: Multiply<GemmKernel512, TRows, TPanels>(rows, panels, c, m, n, taps, depth); break;
            case SimdPath.Vector256: Multiply<GemmKernel256, TRows, TPanels>(rows, panels, c, m, n, taps, depth); break;
            default: Multiply<GemmKernel128, TRows, TPanels>(rows, panels, c, m, n, taps, depth); break;
        }
    }

    void Multiply<TKernel, TRows, TPanels>(in TRows rows, in TPanels panels, in GemmOutput c, int m, int n, int taps, int depth)
        where TKernel : unmanaged, IGemmKernel
        where TRows : unmanaged, IGemmRows
        where TPanels : unmanaged, IGemmPanels
    {
        if (m == 0 || n == 0) return;
        var plan = new GemmPlan(m, n, taps, depth, TKernel.Rows, TKernel.Columns, TPanels.Share, Threads);
        if (plan.Blocks.Total == 0)
        {
            StoreEmptySum(c, m, n);
            return;
        }
        float* packed = null;
        if (plan.Share)
        {
            packed = _scratch.Shared(plan.Panels * (long)TKernel.Columns * plan.Blocks.Total);
            int items = plan.Panels * plan.Blocks.Count;
            _workers.For(items, plan.Serial ? items : 1, new PackTasks<TKernel, TPanels>(panels, plan, packed));
        }
        var tasks = new GemmTasks<TKernel, TRows, TPanels>(rows, panels, plan, c, packed, _scratch.Slots());
        _workers.For(plan.Tasks, plan.Serial ? plan.Tasks : 1, tasks);
    }

    /// <summary>A sum over nothing is zero, or the bias.</summary>
    static void StoreEmptySum(in GemmOutput c, int m, int n)
    {
        if (c.Accumulate) return;
        for (long i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++) c.C[i * c.Stride + j] = c.Bias != null ? c.Bias[j] : 0;
        }
    }
}
