using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>Twin of Conv2dBiasArgs in kernels/conv2d.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
struct Conv2dBiasArgs
{
    public nint Y, Bias;
    public long Count;
    public int Channels, Vector;
}

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_convBias = new("conv2d", "conv2d_bias");

    public override void Conv2dForward(View x, View w, View? bias, View y, in ConvSpec spec)
    {
        if (y.Count == 0) return;
        if (!Library(ConvOp.Forward, x, w, y, spec, y.Type))
        {
            Conv2dForwardOwn(x, w, bias, y, spec);
            return;
        }
        if (bias is not { } b) return;
        int channels = y.Shape[3];
        var args = new Conv2dBiasArgs { Y = y.Address, Bias = b.Address, Count = y.Count, Channels = channels, Vector = Vector(y, channels) };
        Launch(s_convBias, y.Type, GridStride(args.Vector == 0 ? y.Count : y.Bytes / 16), args);
    }

    public override void Conv2dBackwardData(View dy, View w, View dx, in ConvSpec spec)
    {
        if (dx.Count == 0) return;
        if (!Library(ConvOp.BackwardData, dx, w, dy, spec, dx.Type)) Conv2dBackwardDataOwn(dy, w, dx, spec);
    }

    public override void Conv2dBackwardFilter(View x, View dy, View dw, in ConvSpec spec)
    {
        if (dw.Count == 0) return;
        if (!Library(ConvOp.BackwardFilter, x, dw, dy, spec, dw.Type)) Conv2dBackwardFilterOwn(x, dy, dw, spec);
    }

    /// <summary>Runs a convolution on cuDNN if that is installed and can do it.</summary>
    /// <param name="op">Which of the three.</param>
    /// <param name="x">x, or dx.</param>
    /// <param name="w">w, or dw.</param>
    /// <param name="y">y, or dy.</param>
    /// <param name="spec">Stride and padding.</param>
    /// <param name="result">Storage of the result; cuDNN wants that of the operands, so a BF16 filter gradient in F32 is ours.</param>
    bool Library(ConvOp op, View x, View w, View y, in ConvSpec spec, DType result)
    {
        var type = op == ConvOp.Forward ? x.Type : y.Type;
        if (_dnn is null || !LibrariesTake(type) || result != type || x.Count == 0 || w.Count == 0 || y.Count == 0) return false;
        // The choice of an algorithm supposes whole 16-byte vectors.
        if ((x.Address | w.Address | y.Address) % 16 != 0) return false;
        using var lease = _device.Enter();
        var plan = _dnn.Plan(new ConvProblem(op, x.Shape, w.Shape, y.Shape, spec, type, AllowTf32 && type == DType.F32), out bool fresh);
        if (!plan.Supported)
        {
            if (fresh) Notice($"cuDNN has no algorithm for {plan.Problem} that repeats its results, so our own kernels run it.");
            return false;
        }
        var (first, second, target) = op switch { ConvOp.Forward => (x, w, y), ConvOp.BackwardData => (w, y, x), _ => (x, y, w) };
        _dnn.Run(plan, first.Address, second.Address, target.Address, plan.WorkspaceBytes == 0 ? 0 : Scratch((long)plan.WorkspaceBytes));
        return true;
    }
}
