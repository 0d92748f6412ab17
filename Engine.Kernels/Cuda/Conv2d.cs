namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    public override void Conv2dForward(View x, View w, View? bias, View y, in ConvSpec spec)
    {
        if (y.Count == 0) return;
        Conv2dForwardOwn(x, w, bias, y, spec);
    }

    public override void Conv2dBackwardData(View dy, View w, View dx, in ConvSpec spec)
    {
        if (dx.Count == 0) return;
        Conv2dBackwardDataOwn(dy, w, dx, spec);
    }

    public override void Conv2dBackwardFilter(View x, View dy, View dw, in ConvSpec spec)
    {
        if (dw.Count == 0) return;
        Conv2dBackwardFilterOwn(x, dy, dw, spec);
    }
}
