namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void HingeDiscriminator(TensorView real, TensorView fake, TensorView loss) =>
        *loss.F32 = (float)(MeanHinge(real, -1) + MeanHinge(fake, 1));

    /// <inheritdoc/>
    public override void HingeDiscriminatorBackward(TensorView real, TensorView fake, TensorView dloss,
        TensorView dreal, TensorView dfake)
    {
        HingeSlope(real, -1, *dloss.F32, dreal);
        HingeSlope(fake, 1, *dloss.F32, dfake);
    }

    /// <summary>mean(max(0, 1 + sign·x)); a NaN stays one.</summary>
    static double MeanHinge(TensorView x, int sign)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++)
        {
            float margin = 1 + sign * x.F32[i];
            sum += margin < 0 ? 0 : margin;
        }
        return sum / x.Count;
    }

    static void HingeSlope(TensorView x, int sign, float dloss, TensorView dx)
    {
        float share = sign * dloss / x.Count;
        for (long i = 0; i < x.Count; i++) dx.F32[i] = 1 + sign * x.F32[i] > 0 ? share : 0;
    }
}
