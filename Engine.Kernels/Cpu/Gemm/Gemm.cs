using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// One product c = rows · panels on the micro-kernels, blocked for the caches: a task owns a block of c, and for each block of k
/// keeps a packed panel in the first-level cache, the rows (up to 132 x 256) in the second. Every element is summed in an order
/// that depends on the sizes alone, so results do not depend on the number of threads.
/// </summary>
readonly unsafe struct GemmTasks<TKernel, TRows, TPanels> : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TRows : unmanaged, IGemmRows
    where TPanels : unmanaged, IGemmPanels
{
    readonly TRows _rows;
    readonly TPanels _panels;
    readonly GemmPlan _plan;
    readonly GemmOutput _out;
    readonly float* _packed;
    readonly ScratchSlots _slots;

    public GemmTasks(in TRows rows, in TPanels panels, in GemmPlan plan, in GemmOutput output, float* packed, ScratchSlots slots)
    {
        (_rows, _panels, _plan, _out, _slots) = (rows, panels, plan, output, slots);
        _packed = packed;
    }

    public void Invoke(int start, int end)
    {
        float* own = _slots.Take(out int slot);
        for (int task = start; task < end; task++) Compute(task, own);
        _slots.Return(slot, own);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute(int task, float* own)
    {
        int firstRow = task / _plan.Chunks * _plan.BlockRows, rows = Math.Min(_plan.BlockRows, _plan.M - firstRow);
        int firstPanel = task % _plan.Chunks * _plan.ChunkPanels,
            endPanel = Math.Min(firstPanel + _plan.ChunkPanels, _plan.Panels);
        float** table = (float**)own;
        float* zeros = own + GemmPlan.TableFloats, edge = zeros + GemmPlan.ZeroFloats;
        float* rowBuffer = edge + GemmPlan.EdgeFloats, panelBuffer = rowBuffer + GemmPlan.RowFloats;
        new Span<float>(zeros, GemmPlan.ZeroFloats).Clear();
        // The last tile may have fewer rows: the others point at zeros and their results are dropped.
        for (int i = rows; i < rows + TKernel.Rows - 1; i++) table[i] = zeros;
        int step = TRows.Interleaved ? TKernel.Rows : 1;
        for (int kb = 0; kb < _plan.Blocks.Count; kb++)
        {
            var block = _plan.Blocks[kb];
            int length = block.Length;
            _rows.Load<TKernel>(firstRow, rows, block, table, rowBuffer, zeros);
            bool first = kb == 0 && !_out.Accumulate;
            for (int p = firstPanel; p < endPanel; p++)
            {
                int column = p * TKernel.Columns, columns = Math.Min(TKernel.Columns, _plan.N - column);
                float* panel = panelBuffer;
                if (_packed != null) panel = _packed + (p * _plan.Blocks.Total + block.Start) * TKernel.Columns;
                else _panels.Pack<TKernel>(column, columns, block, panel);
                for (int i = 0; i < rows; i += TKernel.Rows)
                {
                    float* c = _out.C + (firstRow + i) * _out.Stride + column;
                    float* init = first ? _out.Bias != null ? _out.Bias + column : zeros : c;
                    nint initStride = first ? 0 : _out.Stride;
                    int n = Math.Min(TKernel.Rows, rows - i);
                    Prefetch(c + TKernel.Rows * _out.Stride);
                    if (n == TKernel.Rows && columns == TKernel.Columns)
                        TKernel.Run(table + i, step, length, panel, init, initStride, c, _out.Stride);
                    else Edge(table + i, step, length, panel, init, initStride, c, n, columns, edge);
                }
            }
        }
    }

    /// <summary>
    /// Asks for the next tile of c while this one is computed: the hardware does not guess a walk down its rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Prefetch(float* c)
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < TKernel.Rows; i++) Sse.Prefetch0(c + i * _out.Stride);
    }

    /// <summary>A tile that sticks out of c: computed aside, and only what lies in c is copied.</summary>
    void Edge(float** table, int step, int length, float* panel, float* init, nint initStride, float* c,
        int rows, int columns, float* edge)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) edge[i * TKernel.Columns + j] = init[i * initStride + j];
        }
        TKernel.Run(table, step, length, panel, edge, TKernel.Columns, edge, TKernel.Columns);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) c[i * _out.Stride + j] = edge[i * TKernel.Columns + j];
        }
    }
}

/// <summary>Packs the panels that all tasks share. Item = panel · blocks + block.</summary>
readonly unsafe struct PackTasks<TKernel, TPanels>(TPanels panels, GemmPlan plan, float* packed) : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TPanels : unmanaged, IGemmPanels
{
    public void Invoke(int start, int end)
    {
        for (int item = start; item < end; item++)
        {
            int p = item / plan.Blocks.Count, column = p * TKernel.Columns;
            var block = plan.Blocks[item % plan.Blocks.Count];
            float* panel = packed + (p * plan.Blocks.Total + block.Start) * TKernel.Columns;
            panels.Pack<TKernel>(column, Math.Min(TKernel.Columns, plan.N - column), block, panel);
        }
    }
}

/// <summary>
/// Where a product goes: rows of c are a stride of floats apart; a bias (N) or null is what each row starts from.
/// </summary>
readonly unsafe struct GemmOutput(float* c, nint stride, float* bias, bool accumulate)
{
    public float* C => c;
    public nint Stride => stride;
    public float* Bias => bias;
    public bool Accumulate => accumulate;
}
