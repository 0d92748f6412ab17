using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_normBackwardSums = new("batch_norm_backward", "batch_norm_backward_sums"),
        s_normBackwardSumsWide = new("batch_norm_backward", "batch_norm_backward_sums_wide"),
        s_normBackwardMerge = new("batch_norm_backward", "batch_norm_backward_merge"),
        s_normBackwardMergeClasses = new("batch_norm_backward", "batch_norm_backward_merge_classes"),
        s_normBackwardApply = new("batch_norm_backward", "batch_norm_backward_apply"),
        s_normBackwardApplyWide = new("batch_norm_backward", "batch_norm_backward_apply_wide");

    /// <inheritdoc/>
    public override void BatchNormBackward(TensorView x, TensorView gamma, TensorView beta, TensorView classes, TensorView mean,
        TensorView invStd, TensorView dy, TensorView dx, TensorView dgamma, TensorView dbeta, in BatchNormSpec spec)
    {
        if (x.Count == 0)
        {
            Fill(dgamma, 0);
            Fill(dbeta, 0);
            return;
        }
        SameType("BatchNormBackward", x, dy);
        SameType("BatchNormBackward", x, dx);
        const int ClassesPerBlock = MergeThreads / 32;
        bool byClass = classes.Address != 0;
        int c = x.Shape[-1], unit = UnitOfChannels(dx, x.Address | dy.Address), groups = byClass ? x.Shape[0] : 1,
            classCount = byClass ? gamma.Shape[0] : 1;
        var sums = new NormMap(x.Count / c / groups, groups, c, unit, sums: true);
        nint partial = Scratch(sums.PartialBytes + 2L * c * sizeof(float));
        var args = new BatchNormBackwardArgs
        {
            X = x.Address, DY = dy.Address, DX = dx.Address, Gamma = gamma.Address, Beta = beta.Address,
            Classes = classes.Address, Mean = mean.Address, InvStd = invStd.Address, DGamma = dgamma.Address,
            DBeta = dbeta.Address, Partial = partial, Coefficients = partial + (nint)sums.PartialBytes, Map = sums,
            Groups = groups, ClassCount = classCount, Relu = spec.Relu ? 1 : 0,
        };
        Launch(unit > 1 ? s_normBackwardSumsWide : s_normBackwardSums, x.Type, NormGrid(sums), args);
        var merge = GridStride((c + MergeChannels - 1) / MergeChannels * (long)MergeThreads, MergeThreads);
        Launch(byClass ? s_normBackwardMergeClasses : s_normBackwardMerge, DType.F32,
            merge with { Y = (classCount + ClassesPerBlock - 1) / ClassesPerBlock }, args);
        args.Map = new NormMap(x.Count / c / groups, groups, c, unit, sums: false);
        Launch(unit > 1 ? s_normBackwardApplyWide : s_normBackwardApply, x.Type, NormGrid(args.Map), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct BatchNormBackwardArgs
    {
        public nint X, DY, DX, Gamma, Beta, Classes, Mean, InvStd, DGamma, DBeta, Partial, Coefficients;
        public NormMap Map;
        public long Groups;
        public int ClassCount, Relu;
    }
}
