using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_crossEntropyForward = new("cross_entropy", "cross_entropy_forward"),
        s_crossEntropyForwardWide = new("cross_entropy", "cross_entropy_forward_wide"),
        s_crossEntropyBackward = new("cross_entropy", "cross_entropy_backward"),
        s_crossEntropyBackwardWide = new("cross_entropy", "cross_entropy_backward_wide");

    /// <inheritdoc/>
    public override void SoftmaxCrossEntropy(TensorView logits, TensorView labels, TensorView losses,
        TensorView correct = default)
    {
        if (losses.Count == 0) return;
        Launch(UnitOfChannels(logits, 0) > 1 ? s_crossEntropyForwardWide : s_crossEntropyForward, logits.Type,
            GridStride(losses.Count * 32), new CrossEntropyArgs
        {
            Logits = logits.Address, Labels = labels.Address, Losses = losses.Address, Correct = correct.Address,
            Rows = losses.Count, Classes = logits.Shape[1],
        });
    }

    /// <inheritdoc/>
    public override void SoftmaxCrossEntropyBackward(TensorView logits, TensorView labels, TensorView dlosses, TensorView dlogits)
    {
        if (logits.Count == 0) return;
        SameType("SoftmaxCrossEntropyBackward", logits, dlogits);
        Launch(UnitOfChannels(logits, dlogits.Address) > 1 ? s_crossEntropyBackwardWide : s_crossEntropyBackward, logits.Type,
            GridStride(dlosses.Count * 32), new CrossEntropyArgs
        {
            Logits = logits.Address, Labels = labels.Address, DLosses = dlosses.Address, DLogits = dlogits.Address,
            Rows = dlosses.Count, Classes = logits.Shape[1],
        });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct CrossEntropyArgs
    {
        public nint Logits, Labels, DLosses, Losses, Correct, DLogits;
        public long Rows, Classes;
    }
}
