namespace Ssgan.Engine.Nn;

/// <summary>What layer, group and instance norm share: they differ in the axes of their statistics alone.</summary>
static class Normalization
{
    /// <summary>
    /// (x − mean) / √(variance + epsilon) with the biased variance over these axes, from centred values, so that a large mean
    /// costs no digits. F32; of operations, each with its derivative, so that every derivative follows.
    /// </summary>
    public static Tensor Standardize(Tensor x, ReadOnlySpan<int> axes, float epsilon)
    {
        var centred = x - x.Mean(axes, keepDims: true);
        return centred * (centred.Square().Mean(axes, keepDims: true) + epsilon).Rsqrt();
    }

    /// <summary>y·weight + bias, where there are these.</summary>
    public static Tensor Scale(Tensor y, Tensor? weight, Tensor? bias)
    {
        if (weight is not null) y *= weight;
        return bias is null ? y : y + bias;
    }

    public static void CheckEpsilon(string layer, float epsilon)
    {
        if (!(epsilon >= 0) || !float.IsFinite(epsilon))
            throw new ArgumentException($"{layer}: epsilon {epsilon} must be finite and not negative.");
    }
}
