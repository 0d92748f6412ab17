using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_crossEntropyForward = new("cross_entropy", "cross_entropy_forward");
    static readonly KernelFamily s_crossEntropyBackward = new("cross_entropy", "cross_entropy_backward");

    public override void SoftmaxCrossEntropy(View logits, View labels, View losses, View correct = default)
    {
        if (losses.Count == 0) return;
        Launch(s_crossEntropyForward, logits.Type, GridStride(losses.Count * 32), new CrossEntropyArgs
        {
            Logits = logits.Address, Labels = labels.Address, Losses = losses.Address, Correct = correct.Address,
            Rows = losses.Count, Classes = logits.Shape[1],
        });
    }

    public override void SoftmaxCrossEntropyBackward(View logits, View labels, View dlosses, View dlogits)
    {
        if (logits.Count == 0) return;
        SameType("SoftmaxCrossEntropyBackward", logits, dlogits);
        Launch(s_crossEntropyBackward, logits.Type, GridStride(dlosses.Count * 32), new CrossEntropyArgs
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
