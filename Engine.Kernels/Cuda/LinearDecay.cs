using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in kernels/linear_decay.cu.
    const int MostRates = 32;
    static readonly KernelFamily s_linearDecay = new("linear_decay", "linear_decay");

    /// <inheritdoc/>
    public override void LinearDecay(TensorView step, ReadOnlySpan<TensorView> rates, in DecaySpec spec)
    {
        var args = new LinearDecayArgs { Step = step.Address, Start = spec.Start, Steps = spec.Steps, Advance = 1 };
        int done = 0;
        do
        {
            args.Count = Math.Min(rates.Length - done, MostRates);
            for (int i = 0; i < args.Count; i++) args.Rates[i] = rates[done + i].Address;
            Launch(s_linearDecay, DType.F32, new Grid(1, MostRates), args);
            args.Advance = 0;
            done += args.Count;
        }
        while (done < rates.Length);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct LinearDecayArgs
    {
        public nint Step;
        public double Start, Steps;
        public int Count, Advance;
        public RateAddresses Rates;
    }

    [InlineArray(MostRates)]
    struct RateAddresses
    {
        nint _first;
    }
}
