using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    const int HingeThreads = 256;
    static readonly KernelFamily s_hingeForward = new("hinge", "hinge_forward"), s_hingeBackward = new("hinge", "hinge_backward");

    /// <inheritdoc/>
    public override void HingeDiscriminator(TensorView real, TensorView fake, TensorView loss)
    {
        SameType("HingeDiscriminator", real, fake);
        Launch(s_hingeForward, real.Type, new Grid(1, HingeThreads), new HingeArgs
        {
            Real = real.Address, Fake = fake.Address, Loss = loss.Address, Reals = real.Count, Fakes = fake.Count,
        });
    }

    /// <inheritdoc/>
    public override void HingeDiscriminatorBackward(TensorView real, TensorView fake, TensorView dloss,
        TensorView dreal, TensorView dfake)
    {
        if (real.Count + fake.Count == 0) return;
        SameType("HingeDiscriminatorBackward", real, fake);
        SameType("HingeDiscriminatorBackward", real, dreal);
        SameType("HingeDiscriminatorBackward", fake, dfake);
        Launch(s_hingeBackward, real.Type, GridStride(Math.Max(real.Count, fake.Count)), new HingeArgs
        {
            Real = real.Address, Fake = fake.Address, DLoss = dloss.Address, DReal = dreal.Address, DFake = dfake.Address,
            Reals = real.Count, Fakes = fake.Count,
        });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct HingeArgs
    {
        public nint Real, Fake, DLoss, Loss, DReal, DFake;
        public long Reals, Fakes;
    }
}
