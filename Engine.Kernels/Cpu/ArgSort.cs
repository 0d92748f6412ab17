using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ArgSort(TensorView x, TensorView order, bool descending)
    {
        if (order.Count == 0) return;
        int columns = x.Shape[-1], kept = order.Shape[-1], rows = checked((int)(x.Count / columns));
        // A row's keys, and as many again to sort them into.
        int tasks = Math.Min(rows, Threads);
        ulong* keys = (ulong*)_scratch.SharedBytes(2L * columns * tasks * sizeof(ulong));
        _workers.For(tasks, 1, new ArgSortRange(x.F32, order.I32, rows, columns, kept, descending, keys, tasks));
    }

    readonly struct ArgSortRange(float* x, int* order, int rows, int columns, int kept, bool descending, ulong* keys, int tasks)
        : IParallelBody
    {
        /// <summary>Fewer keys are sorted by comparison.</summary>
        const int Few = 512;

        public void Invoke(int start, int end)
        {
            for (int task = start; task < end; task++)
            {
                ulong* own = keys + 2L * columns * task;
                int last = (int)((task + 1L) * rows / tasks);
                for (int row = (int)((long)task * rows / tasks); row < last; row++)
                {
                    float* values = x + (long)row * columns;
                    ulong* sorted = own;
                    int count = columns;
                    // A heap is not in the order of indices, which sorting by digits relies on.
                    bool few = kept < columns / 4;
                    if (few) count = First(values, own);
                    else for (int i = 0; i < columns; i++) own[i] = Key(values[i], i);
                    if (few || count <= Few) new Span<ulong>(own, count).Sort();
                    else sorted = Radix(own, own + columns, count);
                    int* to = order + (long)row * kept;
                    for (int i = 0; i < kept; i++) to[i] = (int)(uint)sorted[i];
                }
            }
        }

        /// <summary>
        /// Bits in ascending order above the index: no two keys are equal, zeros of either sign differ in their index alone, and
        /// a NaN is the largest.
        /// </summary>
        ulong Key(float value, int index)
        {
            uint bits = value == 0 ? 0 : BitConverter.SingleToUInt32Bits(value);
            uint rank = float.IsNaN(value) ? uint.MaxValue : (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
            return (ulong)(descending ? ~rank : rank) << 32 | (uint)index;
        }

        /// <summary>The keys of as many elements as are kept, in a heap whose root is the last of them.</summary>
        int First(float* values, ulong* heap)
        {
            if (kept == 0) return 0;
            int count = 0;
            for (int i = 0; i < columns; i++)
            {
                ulong key = Key(values[i], i);
                int at;
                if (count < kept)
                {
                    for (at = count++; at > 0 && heap[(at - 1) / 2] < key; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
                    heap[at] = key;
                    continue;
                }
                if (key > heap[0]) continue;
                at = 0;
                for (int child = 1; child < kept; child = 2 * at + 1)
                {
                    if (child + 1 < kept && heap[child + 1] > heap[child]) child++;
                    if (heap[child] <= key) break;
                    heap[at] = heap[child];
                    at = child;
                }
                heap[at] = key;
            }
            return count;
        }

        /// <summary>
        /// Sorts by the upper 32 bits, a byte at a time from the lowest; equal ones stay in order, which is that of their
        /// indices.
        /// </summary>
        static ulong* Radix(ulong* from, ulong* to, int count)
        {
            int* starts = stackalloc int[256];
            for (int shift = 32; shift < 64; shift += 8)
            {
                new Span<int>(starts, 256).Clear();
                for (int i = 0; i < count; i++) starts[(int)(from[i] >> shift) & 255]++;
                for (int b = 0, sum = 0; b < 256; b++) (starts[b], sum) = (sum, sum + starts[b]);
                for (int i = 0; i < count; i++) to[starts[(int)(from[i] >> shift) & 255]++] = from[i];
                var sorted = to;
                to = from;
                from = sorted;
            }
            return from;
        }
    }
}
