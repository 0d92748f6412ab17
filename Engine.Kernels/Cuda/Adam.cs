using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in kernels/adam.cu.
    const int AdamChunk = 8192, AdamThreads = 256, MostAdamSlots = 66;
    static readonly KernelFamily s_adam = new("adam", "adam");

    /// <inheritdoc/>
    public override void Adam(ReadOnlySpan<AdamSlot> slots, TensorView learningRate, in AdamSpec spec,
        TensorView restBeta2 = default, TensorView restDecay = default)
    {
        var args = new AdamArgs
        {
            LearningRate = learningRate.Address, MovingRest2 = restBeta2.Address, MovingRestDecay = restDecay.Address,
            Arrivals = _arrivals[ArrivalCounters.Adam],
            LogBeta1 = Math.Log(spec.Beta1), LogBeta2 = Math.Log(spec.Beta2),
            Beta1 = (float)spec.Beta1, Beta2 = (float)spec.Beta2, Rest1 = (float)(1 - spec.Beta1),
            Rest2 = (float)(1 - spec.Beta2), Epsilon = (float)spec.Epsilon, Decay = (float)spec.AverageDecay,
            RestDecay = (float)(1 - spec.AverageDecay),
        };
        for (int next = 0; next < slots.Length;)
        {
            int blocks = 0;
            args.Slots = 0;
            for (; next < slots.Length && args.Slots < MostAdamSlots; next++)
            {
                var slot = slots[next];
                long count = slot.Parameter.Count;
                // A slot without elements has no blocks, but its step counts.
                args.First[args.Slots] = blocks;
                args.Slot[args.Slots++] = new AdamSlotArgs
                {
                    P = slot.Parameter.Address, G = slot.Gradient.Address, M = slot.FirstMoment.Address,
                    V = slot.SecondMoment.Address, Average = slot.Average.Address, Step = slot.Step.Address, Count = count,
                };
                blocks = checked(blocks + (int)((count + AdamChunk - 1) / AdamChunk));
            }
            Launch(s_adam, DType.F32, new Grid(Math.Max(1, blocks), AdamThreads), args);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AdamArgs
    {
        public nint LearningRate, MovingRest2, MovingRestDecay, Arrivals;
        public double LogBeta1, LogBeta2;
        public float Beta1, Beta2, Rest1, Rest2, Epsilon, Decay, RestDecay;
        public int Slots;
        public AdamFirstBlocks First;
        public AdamSlots Slot;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AdamSlotArgs
    {
        public nint P, G, M, V, Average, Step;
        public long Count;
    }

    [InlineArray(MostAdamSlots)]
    struct AdamFirstBlocks
    {
        int _first;
    }

    [InlineArray(MostAdamSlots)]
    struct AdamSlots
    {
        AdamSlotArgs _first;
    }
}
