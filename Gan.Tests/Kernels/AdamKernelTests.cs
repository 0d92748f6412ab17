using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class AdamKernelTests
{
    static AdamSlot Slot(KernelArrays a, params ReadOnlySpan<int> dims)
    {
        long count = new Shape(dims).Count;
        return new AdamSlot(a.Normals(dims), a.Normals(dims), a.Of(new float[count], dims), a.Of(new float[count], dims),
            a.Ints([0], 1));
    }

    [Test]
    public void The_first_step_moves_by_the_learning_rate_against_the_gradient()
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
        var p = a.Of([0, 0, 0], 3);
        AdamSlot[] slots = [new(p, a.Of([5, -1e-3f, 0], 3), a.Of([0, 0, 0], 3), a.Of([0, 0, 0], 3), a.Ints([0], 1))];
        b.Adam(slots, a.Of([0.1f], 1), new AdamSpec(0.9, 0.999, 1e-8));
        KernelChecks.Close(a.Read(p), [-0.1, 0.1, 0], 2e-6);
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            AdamSlot[] slots = [Slot(a, 70001), Slot(a, 3), Slot(a, 40, 41)];
            b.Adam(slots, a.Of([0.1f], 1), new AdamSpec(0, 0.9, 1e-8));
            return [.. slots.SelectMany(s => new[] { a.Read(s.Parameter), a.Read(s.FirstMoment), a.Read(s.SecondMoment) })];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        AdamSlot[] many = [Slot(arrays, 70001), Slot(arrays, 3), Slot(arrays, 40, 41)];
        var rate = arrays.Of([0.1f], 1);
        KernelChecks.AllocatesNothing(() => backend.Adam(many, rate, new AdamSpec(0.5, 0.9, 1e-8)));
    }
}
