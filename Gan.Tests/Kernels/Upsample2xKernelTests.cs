using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Upsample2xKernelTests
{
    /// <summary>
    /// The two inputs of output o and the weight of the second, from the definition: source = (o + ½) / 2 − ½, clamped.
    /// </summary>
    static (int I0, int I1, double T) Source(int o, int extent, UpsampleMode mode)
    {
        if (mode == UpsampleMode.Nearest) return (o / 2, o / 2, 0);
        double s = Math.Max((o + 0.5) / 2 - 0.5, 0);
        int i = (int)s;
        return (i, Math.Min(i + 1, extent - 1), s - i);
    }

    static double[] Naive(float[] x, int n, int h, int w, int c, UpsampleMode mode)
    {
        var y = new double[x.Length * 4];
        for (int i = 0; i < n; i++)
            for (int r = 0; r < 2 * h; r++)
                for (int q = 0; q < 2 * w; q++)
                    for (int k = 0; k < c; k++)
                    {
                        var (r0, r1, tr) = Source(r, h, mode);
                        var (q0, q1, tq) = Source(q, w, mode);
                        double At(int row, int column) => x[((i * h + row) * w + column) * c + k];
                        y[((i * 2 * h + r) * 2 * w + q) * c + k] =
                            (1 - tr) * ((1 - tq) * At(r0, q0) + tq * At(r0, q1)) + tr * ((1 - tq) * At(r1, q0) + tq * At(r1, q1));
                    }
        return y;
    }

    [Test]
    public void Forward_is_the_formula_and_backward_its_transpose([Values] UpsampleMode mode, [Values(1, 2, 5)] int h,
        [Values(1, 2, 7)] int w, [Values(1, 3, 8, 17, 64, 129)] int c, [Values(1, 3)] int n)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, y, dy, dx) = (a.Normals(n, h, w, c), a.Output(n, 2 * h, 2 * w, c),
            a.Normals(n, 2 * h, 2 * w, c), a.Output(n, h, w, c));
        b.Upsample2x(x, y, mode);
        // Weights are exact; a result sums four products.
        NnChecks.Close(a.Read(y), Naive(a.Read(x), n, h, w, c, mode), 1e-6, 1e-6);
        b.Upsample2xBackward(dy, dx, mode);
        NnChecks.Adjoint(a.Read(y), a.Read(dy), a.Read(x), a.Read(dx));
    }

    [Test]
    public void Backward_puts_each_gradient_where_the_forward_took_it_from([Values] UpsampleMode mode)
    {
        const int H = 3, W = 4;
        using var b = new CpuBackend(1);
        for (int i = 0; i < H * W; i++)
        {
            using var a = new NnArrays(b);
            var unit = new float[H * W];
            unit[i] = 1;
            var (y, dy, dx) = (a.Output(1, 2 * H, 2 * W, 1), a.Normals(1, 2 * H, 2 * W, 1), a.Output(1, H, W, 1));
            b.Upsample2x(a.Of(unit, 1, H, W, 1), y, mode);
            b.Upsample2xBackward(dy, dx, mode);
            // Column i of A dotted with dy is element i of Aᵀdy.
            Assert.That(a.Read(dx)[i], Is.EqualTo(NnChecks.Dot(a.Read(y), a.Read(dy))).Within(1e-6));
        }
    }

    [Test]
    public void An_empty_batch_is_left_alone([Values] UpsampleMode mode)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        Assert.DoesNotThrow(() => b.Upsample2x(a.Output(0, 4, 4, 3), a.Output(0, 8, 8, 3), mode));
        Assert.DoesNotThrow(() => b.Upsample2xBackward(a.Output(0, 8, 8, 3), a.Output(0, 4, 4, 3), mode));
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values] UpsampleMode mode)
    {
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, y, dx) = (a.Normals(3, 17, 19, 33), a.Output(3, 34, 38, 33), a.Output(3, 17, 19, 33));
            b.Upsample2x(x, y, mode);
            b.Upsample2xBackward(y, dx, mode);
            return [a.Read(y), a.Read(dx)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        var (p, q) = (arrays.Normals(4, 16, 16, 64), arrays.Output(4, 32, 32, 64));
        NnChecks.AllocatesNothing(() => backend.Upsample2x(p, q, mode));
        NnChecks.AllocatesNothing(() => backend.Upsample2xBackward(q, p, mode));
    }
}
