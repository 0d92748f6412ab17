namespace Ssgan.Engine.Kernels;

/// <summary>
/// What matrix products and convolutions are computed in. Sums inside a product are F32 in each; so are weights, optimizers,
/// statistics, reductions and losses.
/// </summary>
public enum Precision
{
    /// <summary>Everything in F32.</summary>
    F32,
    /// <summary>Products of F32 tensors round their operands to TF32: the exponent of F32, ten bits of mantissa.</summary>
    Tf32,
    /// <summary>Activations, and the operands of products, are stored in <see cref="DType.BF16"/>.</summary>
    Bf16,
}
