using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Elements of a slot per item of the loop: a multiple of every vector width, so that only a slot's end has a scalar tail.
    const int AdamBlock = 8192;

    /// <inheritdoc/>
    public override void Adam(ReadOnlySpan<AdamSlot> slots, TensorView learningRate, in AdamSpec spec,
        TensorView restBeta2 = default, TensorView restDecay = default)
    {
        if (slots.IsEmpty) return;
        var all = spec.With(restBeta2.Address == 0 ? null : *restBeta2.F32,
            restDecay.Address == 0 ? null : *restDecay.F32);
        int bytes = slots.Length * sizeof(AdamCorrection) + BlockMap.Bytes(slots.Length);
        var corrections = (AdamCorrection*)_scratch.SharedBytes(bytes);
        var map = new BlockMap((int*)(corrections + slots.Length), slots.Length);
        for (int i = 0; i < slots.Length; i++)
        {
            map.Set(i, (slots[i].Parameter.Count + AdamBlock - 1) / AdamBlock);
            corrections[i] = AdamCorrection.At(++*slots[i].Step.I32, *learningRate.F32, all);
        }
        fixed (AdamSlot* first = slots)
        {
            _workers.For(map.Items, 2, new AdamUpdate
            {
                Slots = first,
                Corrections = corrections,
                Map = map,
                Beta1 = (float)all.Beta1,
                Beta2 = (float)all.Beta2,
                OneMinusBeta1 = (float)(1 - all.Beta1),
                OneMinusBeta2 = (float)(1 - all.Beta2),
                Epsilon = (float)all.Epsilon,
                Decay = (float)all.AverageDecay,
                OneMinusDecay = (float)(1 - all.AverageDecay),
            });
        }
    }

    /// <summary>What the bias correction of a slot's t-th step makes of the rate, and what √v is divided by.</summary>
    readonly struct AdamCorrection(float size, float root)
    {
        public readonly float Size = size, Root = root;

        public static AdamCorrection At(int t, float rate, in AdamSpec spec) =>
            new((float)(rate / (1 - Math.Pow(spec.Beta1, t))), (float)Math.Sqrt(1 - Math.Pow(spec.Beta2, t)));
    }

    /// <summary>
    /// m = β1·m + (1 − β1)·g, v = β2·v + (1 − β2)·g², p -= lr / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε), in PyTorch's order.
    /// It moves 28 bytes an element (reads p, g, m, v; writes p, m, v), 8 more where an average follows, and is bound by that.
    /// </summary>
    struct AdamUpdate : IParallelBody
    {
        public AdamSlot* Slots;
        public AdamCorrection* Corrections;
        public BlockMap Map;
        public float Beta1, Beta2, OneMinusBeta1, OneMinusBeta2, Epsilon, Decay, OneMinusDecay;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                int slot = Map.Find(item, out int block);
                ref AdamSlot s = ref Slots[slot];
                long offset = (long)block * AdamBlock;
                int count = (int)Math.Min(AdamBlock, s.Parameter.Count - offset);
                float* p = s.Parameter.F32 + offset, g = s.Gradient.F32 + offset, m = s.FirstMoment.F32 + offset,
                    v = s.SecondMoment.F32 + offset;
                Update(p, g, m, v, count, Corrections[slot]);
                if (s.Average.Address != 0) Follow(p, s.Average.F32 + offset, count);
            }
        }

        readonly void Update(float* p, float* g, float* m, float* v, int count, AdamCorrection at)
        {
            int i = 0, width = Vector<float>.Count;
            Vector<float> b1 = new(Beta1), b2 = new(Beta2), c1 = new(OneMinusBeta1), c2 = new(OneMinusBeta2);
            Vector<float> epsilon = new(Epsilon), size = new(at.Size), root = new(at.Root);
            for (; i <= count - width; i += width)
            {
                var gi = Vector.Load(g + i);
                var mi = b1 * Vector.Load(m + i) + c1 * gi;
                var vi = b2 * Vector.Load(v + i) + c2 * gi * gi;
                mi.Store(m + i);
                vi.Store(v + i);
                (Vector.Load(p + i) - size * mi / (Vector.SquareRoot(vi) / root + epsilon)).Store(p + i);
            }
            for (; i < count; i++)
            {
                m[i] = Beta1 * m[i] + OneMinusBeta1 * g[i];
                v[i] = Beta2 * v[i] + OneMinusBeta2 * g[i] * g[i];
                p[i] -= at.Size * m[i] / (MathF.Sqrt(v[i]) / at.Root + Epsilon);
            }
        }

        /// <summary>a = decay·a + (1 − decay)·p, while the block's parameters are still in the cache.</summary>
        readonly void Follow(float* p, float* a, int count)
        {
            int i = 0, width = Vector<float>.Count;
            for (; i <= count - width; i += width) (Vector.Load(a + i) * Decay + Vector.Load(p + i) * OneMinusDecay).Store(a + i);
            for (; i < count; i++) a[i] = a[i] * Decay + p[i] * OneMinusDecay;
        }
    }
}
