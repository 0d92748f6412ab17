using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    const int BatchNormThreads = 256, MergeThreads = 512, MergeChannels = 32;
    static readonly KernelFamily s_normSums = new("batch_norm", "batch_norm_sums"),
        s_normSumsWide = new("batch_norm", "batch_norm_sums_wide"),
        s_normMerge = new("batch_norm", "batch_norm_merge"),
        s_normApply = new("batch_norm", "batch_norm_apply"), s_normApplyWide = new("batch_norm", "batch_norm_apply_wide");

    /// <inheritdoc/>
    public override void BatchNormForward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec)
    {
        if (x.Count == 0) return;
        SameType("BatchNormForward", x, y);
        int c = x.Shape[-1], unit = UnitOfChannels(y, x.Address);
        var all = new NormMap(x.Count / c, 1, c, unit, sums: true);
        var args = new BatchNormArgs
        {
            X = x.Address, Y = y.Address, Gamma = gamma.Address, Beta = beta.Address, Classes = classes.Address,
            Mean = mean.Address, InvStd = invStd.Address, RunningMean = runningMean.Address, RunningVar = runningVar.Address,
            Partial = Scratch(all.PartialBytes), Map = all, Epsilon = spec.Epsilon, Momentum = spec.Momentum,
            ClassCount = classes.Address == 0 ? 1 : gamma.Shape[0], Relu = spec.Relu ? 1 : 0,
        };
        Launch(unit > 1 ? s_normSumsWide : s_normSums, x.Type, NormGrid(all), args);
        Launch(s_normMerge, x.Type, GridStride((c + MergeChannels - 1) / MergeChannels * (long)MergeThreads, MergeThreads), args);
        int groups = classes.Address == 0 ? 1 : x.Shape[0];
        args.Map = new NormMap(x.Count / c / groups, groups, c, unit, sums: false);
        Launch(unit > 1 ? s_normApplyWide : s_normApply, x.Type, NormGrid(args.Map), args);
    }

    Grid NormGrid(in NormMap map) => GridStride(map.Tasks * BatchNormThreads, BatchNormThreads);

    /// <summary>How a matrix of groups · rows by channels is cut into tasks; see batch_norm.cuh.</summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly struct NormMap
    {
        // Rows of a task for each thread that shares them; beyond so many tasks they grow longer. Constants, so that results do
        // not depend on the card: few partial results, which one block a channel merges, and as many tasks as fill a card where
        // nothing is merged.
        const int RowsPerThread = 4, MostSums = 512, MostTasks = 2048;

        public readonly long Tasks, Rows, RowsPerTask;
        public readonly Divisor Tiles, Chunks;
        public readonly int Channels, Units, LanesLog, Unused;

        public NormMap(long rows, int groups, int channels, int unit, bool sums)
        {
            (Rows, Channels, Units) = (rows, channels, channels / unit);
            LanesLog = Math.Min(5, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Units)));
            int lanes = 1 << LanesLog, subs = BatchNormThreads / lanes;
            long tiles = (Units + lanes - 1) / lanes, most = Math.Max(1, (sums ? MostSums : MostTasks) / (tiles * groups));
            long chunks = Math.Clamp((rows + subs * RowsPerThread - 1) / (subs * RowsPerThread), 1, most);
            RowsPerTask = (rows + chunks - 1) / chunks;
            chunks = (rows + RowsPerTask - 1) / RowsPerTask;
            (Tiles, Chunks, Tasks) = (new(tiles), new(chunks), tiles * chunks * groups);
        }

        /// <summary>Bytes of two floats per channel and task.</summary>
        public long PartialBytes => 2 * Channels * (Tasks / Tiles.Number) * sizeof(float);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct BatchNormArgs
    {
        public nint X, Y, Gamma, Beta, Classes, Mean, InvStd, RunningMean, RunningVar, Partial;
        public NormMap Map;
        public float Epsilon, Momentum;
        public int ClassCount, Relu;
    }
}
