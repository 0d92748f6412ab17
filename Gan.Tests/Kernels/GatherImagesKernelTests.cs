using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Kernels;

public sealed class GatherImagesKernelTests : IDisposable
{
    const int M = 5;
    readonly CpuBackend _cpu = new(2);

    public void Dispose() => _cpu.Dispose();

    static byte[] Pixels(Random random, int size, int c)
    {
        var pixels = new byte[M * size * size * c];
        random.NextBytes(pixels);
        return pixels;
    }

    [Test]
    public void Images_are_gathered_normalised_mirrored_and_turned([Values(1, 3, 6)] int n, [Values(1, 7, 16)] int size,
        [Values(1, 3)] int c, [Values] bool mirror)
    {
        using var a = new NnArrays(_cpu);
        byte[] bytes = Pixels(a.Random, size, c);
        int[] indices = [.. Enumerable.Range(0, n).Select(_ => a.Random.Next(M))],
            flips = [.. Enumerable.Range(0, n).Select(i => (i + 1) % 2)];
        using var pixels = new Bytes(_cpu, bytes, new Shape(M, size, size, c));
        var (upright, rotated, again, alone, turns) = (a.Output(n, size, size, c), a.Output(n, size, size, c),
            a.Output(n, size, size, c), a.Output(n, size, size, c), a.Ints([.. Enumerable.Range(-1, n)], n));
        var mirrored = mirror ? a.Ints(flips, n) : default;
        _cpu.GatherImages(pixels.View, a.Ints(indices, n), mirrored, turns, upright, rotated);
        _cpu.GatherImages(pixels.View, a.Ints(indices, n), mirrored, default, alone, default);
        var expected = new float[upright.Count];
        for (int i = 0; i < expected.Length; i++)
        {
            int ch = i % c, col = i / c % size, row = i / c / size % size, image = i / c / size / size;
            int from = mirror && flips[image] == 1 ? size - 1 - col : col;
            expected[i] = MathF.FusedMultiplyAdd(bytes[((indices[image] * size + row) * size + from) * c + ch], 1 / 127.5f, -1);
        }
        NnChecks.Same(a.Read(upright), expected);
        NnChecks.Same(a.Read(alone), expected);
        _cpu.Rotate90(upright, turns, again, false);
        NnChecks.Same(a.Read(rotated), a.Read(again));
    }

    [Test]
    public void An_index_that_does_not_exist_is_named()
    {
        using var a = new NnArrays(_cpu);
        using var pixels = new Bytes(_cpu, Pixels(a.Random, 2, 3), new Shape(M, 2, 2, 3));
        var (upright, indices) = (a.Output(2, 2, 2, 3), a.Ints([0, M], 2));
        Assert.That(() => _cpu.GatherImages(pixels.View, indices, default, default, upright, default),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("index 1 is 5"));
    }

    [Test]
    public void An_empty_batch_is_left_alone_and_nothing_is_allocated()
    {
        using var a = new NnArrays(_cpu);
        using var pixels = new Bytes(_cpu, Pixels(a.Random, 32, 3), new Shape(M, 32, 32, 3));
        Assert.DoesNotThrow(() => _cpu.GatherImages(pixels.View, a.Ints([], 0), default, a.Ints([], 0), a.Output(0, 32, 32, 3),
            a.Output(0, 32, 32, 3)));
        var (upright, rotated, turns, indices) = (a.Output(4, 32, 32, 3), a.Output(4, 32, 32, 3),
            a.Ints([0, 1, 2, 3], 4), a.Ints([4, 3, 0, 0], 4));
        NnChecks.AllocatesNothing(() => _cpu.GatherImages(pixels.View, indices, default, turns, upright, rotated));
    }

    /// <summary>A U8 array.</summary>
    sealed class Bytes : IDisposable
    {
        readonly Backend _backend;

        public Bytes(Backend backend, byte[] values, Shape shape)
        {
            _backend = backend;
            View = new TensorView(backend.Allocate(values.Length), shape, DType.U8);
            backend.Upload(values, View);
        }

        public TensorView View { get; }

        public void Dispose() => _backend.Free(View.Address, View.Bytes);
    }
}
