namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void SoftmaxCrossEntropy(View logits, View labels, View losses) => throw new NotImplementedException();
    public override void SoftmaxCrossEntropyBackward(View logits, View labels, View dlosses, View dlogits) => throw new NotImplementedException();
}
