using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

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
    public void An_index_that_does_not_exist_is_named()
    {
        using var a = new KernelArrays(_cpu);
        using var pixels = new Bytes(_cpu, Pixels(a.Random, 2, 3), new Shape(M, 2, 2, 3));
        var (upright, indices) = (a.Output(2, 2, 2, 3), a.Ints([0, M], 2));
        Assert.That(() => _cpu.GatherImages(pixels.View, indices, default, default, upright, default),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("index 1 is 5"));
    }

    [Test]
    public void An_empty_batch_is_left_alone_and_nothing_is_allocated()
    {
        using var a = new KernelArrays(_cpu);
        using var pixels = new Bytes(_cpu, Pixels(a.Random, 32, 3), new Shape(M, 32, 32, 3));
        Assert.DoesNotThrow(() => _cpu.GatherImages(pixels.View, a.Ints([], 0), default, a.Ints([], 0), a.Output(0, 32, 32, 3),
            a.Output(0, 32, 32, 3)));
        var (upright, rotated, turns, indices) = (a.Output(4, 32, 32, 3), a.Output(4, 32, 32, 3),
            a.Ints([0, 1, 2, 3], 4), a.Ints([4, 3, 0, 0], 4));
        KernelChecks.AllocatesNothing(() => _cpu.GatherImages(pixels.View, indices, default, turns, upright, rotated));
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
