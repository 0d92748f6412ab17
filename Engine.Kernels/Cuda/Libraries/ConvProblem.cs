namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>What a convolution computes.</summary>
enum ConvOp { Forward, BackwardData, BackwardFilter }

/// <summary>Everything that a plan is chosen by.</summary>
/// <param name="Op">Which of the three.</param>
/// <param name="X">Shape of x or dx (N, H, W, C).</param>
/// <param name="W">Shape of w or dw (K, KH, KW, C / groups).</param>
/// <param name="Y">Shape of y or dy (N, OH, OW, K).</param>
/// <param name="Spec">How the filters slide.</param>
/// <param name="Type">Storage of the two operands.</param>
/// <param name="Result">Storage of the result.</param>
/// <param name="Tf32">Whether F32 operands may be rounded to TF32.</param>
/// <param name="Bias">Whether an F32 bias (K) is added.</param>
/// <param name="Relu">Whether ReLU follows.</param>
/// <param name="Alignment">Bytes that all addresses are multiples of, 16 at most.</param>
readonly record struct ConvProblem(
    ConvOp Op, Shape X, Shape W, Shape Y, ConvSpec Spec, DType Type, DType Result, bool Tf32, bool Bias, bool Relu, int Alignment)
{
    /// <summary>Whether F32 must stay F32.</summary>
    public bool Exact => Type == DType.F32 && !Tf32;

    /// <summary>For messages, and as a name in files.</summary>
    public override string ToString() => $"{Op} of {X} * {W} {Spec} in {Type}"
        + $"{(Result == Type ? "" : $" to {Result}")}"
        + $"{(Tf32 ? " (TF32)" : "")}{(Bias ? " with bias" : "")}{(Relu ? " with ReLU" : "")}"
        + $"{(Alignment == ConvPlan.FullAlignment ? "" : $" aligned to {Alignment}")}";
}

/// <summary>Addresses of x, w, y (or their gradients) and of the bias.</summary>
readonly record struct ConvOperands(nint X, nint W, nint Y, nint Bias)
{
    /// <summary>Bytes that all addresses are multiples of, <see cref="ConvPlan.FullAlignment"/> at most.</summary>
    public int Alignment
    {
        get
        {
            nint bits = X | W | Y | Bias | ConvPlan.FullAlignment;
            return (int)(bits & -bits);
        }
    }
}

/// <summary>A convolution that cuDNN has made ready.</summary>
abstract class ConvPlan
{
    /// <summary>The most that cuDNN's kernels ask of an address.</summary>
    public const int FullAlignment = 16;

    /// <summary>Plans that want more workspace are passed over.</summary>
    public const long MostWorkspaceBytes = 256L << 20;

    public nuint WorkspaceBytes { get; private protected set; }

    /// <summary>Whether it adds the bias, too.</summary>
    public bool AddsBias { get; private protected set; }

    /// <summary>Whether it applies ReLU, too.</summary>
    public bool HasRelu { get; private protected set; }

    /// <summary>Queues it; the result is overwritten.</summary>
    public abstract void Run(nint handle, in ConvOperands operands, nint workspace);

    /// <summary>Destroys what it is made of.</summary>
    public abstract void Free();
}
