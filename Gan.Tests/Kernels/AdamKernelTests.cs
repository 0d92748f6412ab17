using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Runner.Commands;

namespace Ssgan.Tests.Kernels;

public class AdamKernelTests
{
    static AdamSlot Slot(NnArrays a, params ReadOnlySpan<int> dims)
    {
        long count = new Shape(dims).Count;
        return new AdamSlot(a.Normals(dims), a.Normals(dims), a.Of(new float[count], dims), a.Of(new float[count], dims),
            a.Ints([0], 1));
    }

    [Test]
    public void Ten_steps_of_many_slots_follow_the_algorithm()
    {
        int[] sizes = [1, 7, 0, 8, 17, 129, 8192, 8193, 20000];
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        AdamSlot[] slots = [.. sizes.Select(n => Slot(a, n))];
        var spec = new AdamSpec(0.5, 0.999, 1e-8);
        var rate = a.Of([2e-3f], 1);
        var state = slots.Select(s => (
            P: Array.ConvertAll(a.Read(s.Parameter), v => (double)v), M: new double[s.Parameter.Count],
            V: new double[s.Parameter.Count])).ToArray();
        for (int t = 1; t <= 10; t++)
        {
            b.Adam(slots, rate, spec);
            double b1 = spec.Beta1, b2 = spec.Beta2;
            for (int s = 0; s < slots.Length; s++)
            {
                float[] g = a.Read(slots[s].Gradient);
                var (p, m, v) = state[s];
                for (int i = 0; i < p.Length; i++)
                {
                    m[i] = b1 * m[i] + (1 - b1) * g[i];
                    v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                    p[i] -= 2e-3f * (m[i] / (1 - Math.Pow(b1, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(b2, t))) + spec.Epsilon);
                }
                // The next step sees another gradient.
                b.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(a.Read(a.Normals(sizes[s]))),
                    slots[s].Gradient);
            }
            Assert.That(slots.Select(s => a.ReadInts(s.Step)[0]), Has.All.EqualTo(t), "also of the slot without elements");
        }
        for (int s = 0; s < slots.Length; s++)
        {
            // Ten roundings each; v's terms are at most about 0.02.
            NnChecks.Close(a.Read(slots[s].FirstMoment), state[s].M, 1e-6, 1e-6);
            NnChecks.Close(a.Read(slots[s].SecondMoment), state[s].V, 1e-8, 1e-6);
            NnChecks.Close(a.Read(slots[s].Parameter), state[s].P, 2e-6, 1e-6);
        }
    }

    [Test]
    public void The_first_step_moves_by_the_learning_rate_against_the_gradient()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var p = a.Of([0, 0, 0], 3);
        AdamSlot[] slots = [new(p, a.Of([5, -1e-3f, 0], 3), a.Of([0, 0, 0], 3), a.Of([0, 0, 0], 3), a.Ints([0], 1))];
        b.Adam(slots, a.Of([0.1f], 1), new AdamSpec(0.9, 0.999, 1e-8));
        NnChecks.Close(a.Read(p), [-0.1, 0.1, 0], 2e-6);
    }

    [Test]
    public void An_average_follows_its_parameter_and_others_have_none()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        AdamSlot[] slots = [Slot(a, 5), Slot(a, 8193) with { Average = a.Normals(8193) },
            Slot(a, 3, 3) with { Average = a.Normals(3, 3) }];
        float[][] before = [.. slots[1..].Select(s => a.Read(s.Average))];
        var spec = new AdamSpec(0.5, 0.999, 1e-8, 0.9);
        b.Adam(slots, a.Of([0.1f], 1), spec);
        for (int s = 1; s < slots.Length; s++)
        {
            float[] p = a.Read(slots[s].Parameter);
            NnChecks.Close(a.Read(slots[s].Average), [.. before[s - 1].Select((x, i) => 0.9 * x + 0.1 * p[i])], 1e-6);
        }
    }

    [Test]
    public void Each_slot_is_corrected_by_its_own_step()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        AdamSlot[] slots = [.. new[] { 0, 7, 1000 }.Select(n =>
            new AdamSlot(a.Of([1], 1), a.Of([0.5f], 1), a.Of([0], 1), a.Of([0], 1), a.Ints([n], 1)))];
        b.Adam(slots, a.Of([0.1f], 1), new AdamSpec(0.9, 0.999, 1e-8));
        foreach (var (slot, t) in slots.Zip([1, 8, 1001]))
        {
            double m = 0.1 * 0.5 / (1 - Math.Pow(0.9, t)), v = 0.001 * 0.25 / (1 - Math.Pow(0.999, t));
            NnChecks.Close(a.Read(slot.Parameter), [1 - 0.1 * m / Math.Sqrt(v)], 2e-6);
            Assert.That(a.ReadInts(slot.Step), Is.EqualTo(new[] { t }));
        }
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            AdamSlot[] slots = [Slot(a, 70001), Slot(a, 3), Slot(a, 40, 41)];
            b.Adam(slots, a.Of([0.1f], 1), new AdamSpec(0, 0.9, 1e-8));
            return [.. slots.SelectMany(s => new[] { a.Read(s.Parameter), a.Read(s.FirstMoment), a.Read(s.SecondMoment) })];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        AdamSlot[] many = [Slot(arrays, 70001), Slot(arrays, 3), Slot(arrays, 40, 41)];
        var rate = arrays.Of([0.1f], 1);
        NnChecks.AllocatesNothing(() => backend.Adam(many, rate, new AdamSpec(0.5, 0.9, 1e-8)));
    }
}
