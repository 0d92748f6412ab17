using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in kernels/adam.cu.
    const int AdamChunk = 8192, AdamThreads = 256, MostAdamSlots = 76;
    static readonly KernelFamily s_adam = new("adam", "adam");

    public override void Adam(ReadOnlySpan<AdamSlot> slots, View step, View learningRate, in AdamSpec spec)
    {
        var args = new AdamArgs
        {
            Step = step.Address, LearningRate = learningRate.Address,
            LogBeta1 = Math.Log(spec.Beta1), LogBeta2 = Math.Log(spec.Beta2),
            Beta1 = (float)spec.Beta1, Beta2 = (float)spec.Beta2, Rest1 = (float)(1 - spec.Beta1), Rest2 = (float)(1 - spec.Beta2),
            Epsilon = (float)spec.Epsilon, Decay = (float)spec.AverageDecay, RestDecay = (float)(1 - spec.AverageDecay),
        };
        int next = 0;
        do
        {
            int blocks = 0;
            args.Slots = 0;
            for (; next < slots.Length && args.Slots < MostAdamSlots; next++)
            {
                var slot = slots[next];
                long count = slot.Parameter.Count;
                if (count == 0) continue;
                args.First[args.Slots] = blocks;
                args.Slot[args.Slots++] = new AdamSlotArgs
                {
                    P = slot.Parameter.Address, G = slot.Gradient.Address, M = slot.FirstMoment.Address, V = slot.SecondMoment.Address,
                    Average = slot.Average.Address, Count = count,
                };
                blocks = checked(blocks + (int)((count + AdamChunk - 1) / AdamChunk));
            }
            // The last launch advances the step; every launch reads it.
            args.Arrivals = next == slots.Length ? _arrivals[ArrivalCounters.Adam] : 0;
            Launch(s_adam, DType.F32, new Grid(Math.Max(1, blocks), AdamThreads), args);
        }
        while (next < slots.Length);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AdamArgs
    {
        public nint Step, LearningRate, Arrivals;
        public double LogBeta1, LogBeta2;
        public float Beta1, Beta2, Rest1, Rest2, Epsilon, Decay, RestDecay;
        public int Slots;
        public AdamFirstBlocks First;
        public AdamSlots Slot;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AdamSlotArgs
    {
        public nint P, G, M, V, Average;
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
