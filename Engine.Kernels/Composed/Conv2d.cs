namespace Ssgan.Engine.Kernels;

static class ComposedConv2d
{
    public static void ReluForward(Backend b, TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        b.Conv2dForward(x, w, bias, y, spec);
        b.Unary(new Relu(), y, y);
    }
}
