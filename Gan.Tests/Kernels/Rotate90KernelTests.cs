using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Rotate90KernelTests
{
    /// <summary>
    /// k counter-clockwise quarter turns, one at a time: the first row of a turn is the last column, top to bottom.
    /// </summary>
    static float[] Naive(float[] x, int n, int size, int c, int[] turns)
    {
        var y = new float[x.Length];
        for (int i = 0; i < n; i++)
        {
            var image = x.AsSpan(i * size * size * c, size * size * c).ToArray();
            for (int k = ((turns[i] % 4) + 4) % 4; k > 0; k--)
            {
                var turned = new float[image.Length];
                for (int r = 0; r < size; r++)
                    for (int w = 0; w < size; w++)
                        for (int ch = 0; ch < c; ch++)
                            turned[(r * size + w) * c + ch] = image[(w * size + size - 1 - r) * c + ch];
                image = turned;
            }
            image.CopyTo(y, i * image.Length);
        }
        return y;
    }

    [Test]
    public void One_turn_is_counter_clockwise()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var y = a.Output(1, 3, 3, 1);
        b.Rotate90(a.Of([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 3, 3, 1), a.Ints([1], 1), y, false);
        Assert.That(a.Read(y), Is.EqualTo(new float[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 }));
    }

    [Test]
    public void Any_number_of_turns_and_back([Values(1, 2, 5, 16, 33)] int size, [Values(1, 2, 3, 4, 8, 17, 64, 129)] int c)
    {
        int[] turns = [0, 1, 2, 3, -1, -2, -3, 4, 7, -6, int.MinValue, int.MaxValue];
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var x = a.Normals(turns.Length, size, size, c);
        var k = a.Ints(turns, turns.Length);
        var y = a.Output(turns.Length, size, size, c);
        var back = a.Output(turns.Length, size, size, c);
        b.Rotate90(x, k, y, false);
        NnChecks.Same(a.Read(y), Naive(a.Read(x), turns.Length, size, c, turns));
        b.Rotate90(y, k, back, true);
        NnChecks.Same(a.Read(back), a.Read(x));
    }

    [Test]
    public void A_batch_too_large_for_the_cache([Values(48, 41)] int size, [Values(3, 8)] int c)
    {
        // More than 8 MiB; strips of images of 48 pixels are whole, of 41 the last one is not, nor are lines of the cache.
        int n = (9 << 20) / (size * size * c * sizeof(float));
        int[] turns = [.. Enumerable.Range(0, n).Select(static i => i % 7 - 3)];
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, y) = (a.Normals(n, size, size, c), a.Output(n, size, size, c));
        b.Rotate90(x, a.Ints(turns, n), y, false);
        NnChecks.Same(a.Read(y), Naive(a.Read(x), n, size, c, turns));
    }

    [Test]
    public void An_empty_batch_is_left_alone()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        Assert.DoesNotThrow(() => b.Rotate90(a.Output(0, 4, 4, 3), a.Ints([], 0), a.Output(0, 4, 4, 3), false));
    }

    [Test]
    public void Allocates_nothing()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, k, y) = (a.Normals(8, 32, 32, 3), a.Ints([0, 1, 2, 3, 0, 1, 2, 3], 8), a.Output(8, 32, 32, 3));
        NnChecks.AllocatesNothing(() => b.Rotate90(x, k, y, false));
    }
}
