using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

static class ComposedAdam
{
    /// <summary>
    /// The host reads each slot's count and what moves, since the bias corrections are worked out in double: it waits, so an
    /// update that is captured needs a kernel.
    /// </summary>
    public static void Update(Backend b, ReadOnlySpan<AdamSlot> slots, TensorView learningRate, AdamSpec spec,
        TensorView restBeta2, TensorView restDecay)
    {
        if (slots.IsEmpty) return;
        float rate = Read(b, learningRate);
        spec = spec.With(restBeta2.Address == 0 ? null : Read(b, restBeta2),
            restDecay.Address == 0 ? null : Read(b, restDecay));
        foreach (ref readonly var slot in slots)
        {
            int t = ComposedLinearDecay.Advance(b, slot.Step);
            float size = (float)(rate / (1 - Math.Pow(spec.Beta1, t))), root = (float)Math.Sqrt(1 - Math.Pow(spec.Beta2, t));
            if (slot.Parameter.Count > 0) Update(b, slot, size, root, spec);
        }
    }

    static float Read(Backend b, TensorView scalar)
    {
        float value = 0;
        b.Download(scalar, MemoryMarshal.AsBytes(new Span<float>(ref value)));
        return value;
    }

    static void Update(Backend b, in AdamSlot slot, float size, float root, in AdamSpec spec)
    {
        using var t = new Temporaries(b);
        var (p, g, m, v) = (slot.Parameter, slot.Gradient, slot.FirstMoment, slot.SecondMoment);
        TensorView part = t.New(p.Shape), whole = t.New(p.Shape);
        // m = β1·m + (1 − β1)·g, v = β2·v + (1 − β2)·g².
        Follow(b, m, g, spec.Beta1, part);
        b.Unary(new Affine((float)(1 - spec.Beta2), 0), g, part);
        b.Binary(new Mul(), part, g, part);
        b.Unary(new Affine((float)spec.Beta2, 0), v, v);
        b.Binary(new Add(), v, part, v);
        // p -= size·m / (√v / root + ε).
        b.Unary(new Sqrt(), v, whole);
        b.Unary(new DivideBy(root), whole, whole);
        b.Unary(new Affine(1, (float)spec.Epsilon), whole, whole);
        b.Unary(new Affine(size, 0), m, part);
        b.Binary(new Div(), part, whole, part);
        b.Binary(new Sub(), p, part, p);
        if (slot.Average.Address != 0) Follow(b, slot.Average, p, spec.AverageDecay, part);
    }

    /// <summary>a = decay·a + (1 − decay)·x.</summary>
    static void Follow(Backend b, TensorView a, TensorView x, double decay, TensorView part)
    {
        b.Unary(new Affine((float)(1 - decay), 0), x, part);
        b.Unary(new Affine((float)decay, 0), a, a);
        b.Binary(new Add(), a, part, a);
    }
}
