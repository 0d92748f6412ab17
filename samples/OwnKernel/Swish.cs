using System.Numerics;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace OwnKernel;

/// <summary>x·σ(βx) (Ramachandran, Zoph and Le 2017), element by element: a functor.</summary>
readonly record struct Swish(float Beta) : IUnary
{
    public static string Name => "swish";

    // Its PTX is kernels/swish.ptx, made ahead of time; without WithPtx NVRTC would make it at the first use.
    public static ElementwiseTwin? Twin { get; } =
        ElementwiseTwin.Unary("swish", "x / (1.0f + expf(-p * x))").WithPtx(Resource.Text("swish.ptx"));

    public float Invoke(float x) => x / (1 + MathF.Exp(-Beta * x));

    public Vector<float> Invoke(Vector<float> x) => x / (Vector<float>.One + Vector.Exp(x * -Beta));
}

static class SwishOperation
{
    /// <summary>x·σ(βx); its derivative is s + βxs(1 − s) with s = σ(βx), in operations, to be differentiated again.</summary>
    public static Tensor Swish(this Tensor x, float beta) => x.Map(new Swish(beta), (dy, x) =>
    {
        var s = (x * beta).Sigmoid();
        return dy * (s + x * s * (1 - s) * beta);
    });
}
