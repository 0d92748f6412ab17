using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// What the table of cases cannot ask of the image kernels: indices that throw on the CPU, and equal bits in
/// every order of warps.
/// </summary>
sealed class ImageKernelTests
{
    /// <summary>Arrays on a device of their own.</summary>
    sealed class Machine : IDisposable
    {
        readonly EmulatedCuda _cuda;
        readonly List<TensorView> _views = [];
        readonly Random _random = new(5);

        public Machine(int? seed = null)
        {
            _cuda = new EmulatedCuda(new EmulatorOptions { Seed = seed });
            Backend = new CudaBackend(_cuda);
        }

        public CudaBackend Backend { get; }

        public TensorView New(DType type, params ReadOnlySpan<int> dims)
        {
            var shape = new Shape(dims);
            var view = new TensorView(Backend.Allocate(shape.Count * type.Size()), shape, type);
            _views.Add(view);
            return view;
        }

        public TensorView Numbers(params ReadOnlySpan<int> dims)
        {
            var view = New(DType.F32, dims);
            var values = new float[view.Count];
            for (int i = 0; i < values.Length; i++) values[i] = 0.1f + _random.NextSingle();
            Backend.Upload(MemoryMarshal.AsBytes<float>(values), view);
            return view;
        }

        public TensorView Ints(params int[] values)
        {
            var view = New(DType.I32, values.Length);
            Backend.Upload(MemoryMarshal.AsBytes<int>(values), view);
            return view;
        }

        public float[] Read(TensorView view)
        {
            var values = new float[view.Count];
            Backend.Download(view, MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        public void Dispose()
        {
            foreach (var view in _views) Backend.Free(view.Address, view.Bytes);
            Backend.Dispose();
            _cuda.Dispose();
        }
    }

    [Test]
    public void Images_of_an_index_that_does_not_exist_are_NaN([Values(-1, 2)] int index, [Values] bool bf16)
    {
        const int Size = 6, Image = Size * Size * 3;
        using var m = new Machine();
        var type = bf16 ? DType.BF16 : DType.F32;
        var pixels = m.New(DType.U8, 2, Size, Size, 3);
        m.Backend.Upload(new byte[pixels.Bytes], pixels);
        var (upright, rotated) = (m.New(type, 3, Size, Size, 3), m.New(type, 3, Size, Size, 3));
        m.Backend.GatherImages(pixels, m.Ints(1, index, 0), default, m.Ints(0, 1, 2), upright, rotated);
        foreach (var images in new[] { upright, rotated })
        {
            var floats = m.New(DType.F32, 3, Size, Size, 3);
            m.Backend.Cast(images, floats);
            float[] values = m.Read(floats);
            for (int i = 0; i < values.Length; i++) Assert.That(values[i], Is.EqualTo(i / Image == 1 ? float.NaN : -1));
        }
    }

    [Test]
    public void An_image_of_a_class_that_does_not_exist_is_NaN([Values(-1, 3)] int row)
    {
        using var m = new Machine();
        var y = m.New(DType.F32, 3, 2, 2, 5);
        m.Backend.BatchNormForward(m.Numbers(3, 2, 2, 5), m.Numbers(3, 5), m.Numbers(3, 5), m.Ints(0, row, 2), m.Numbers(5),
            m.Numbers(5), y, m.New(DType.F32, 5), m.New(DType.F32, 5), new BatchNormSpec(1e-5f, 0.1f, true));
        float[] values = m.Read(y);
        for (int i = 0; i < values.Length; i++) Assert.That(float.IsNaN(values[i]), Is.EqualTo(i / 20 == 1));
    }

    [Test]
    public void The_order_of_warps_changes_no_bit([Values(3, 8)] int c, [Values] bool byClass)
    {
        float[][] expected = Run(null);
        foreach (int seed in new[] { 1, 2, 3 })
        {
            float[][] actual = Run(seed);
            for (int i = 0; i < expected.Length; i++)
                Assert.That(actual[i].AsSpan().SequenceEqual(expected[i]), $"result {i}, seed {seed}");
        }

        float[][] Run(int? seed)
        {
            using var m = new Machine(seed);
            int[] table = byClass ? [4, c] : [c];
            var classes = byClass ? m.Ints(0, 3, 3, 1, 0, 2) : default;
            var (x, dy, gamma, beta) = (m.Numbers(6, 9, 9, c), m.Numbers(6, 9, 9, c), m.Numbers(table), m.Numbers(table));
            var (y, dx, mean, invStd) = (m.New(DType.F32, 6, 9, 9, c), m.New(DType.F32, 6, 9, 9, c),
                m.New(DType.F32, c), m.New(DType.F32, c));
            var (dgamma, dbeta, turned) = (m.New(DType.F32, table), m.New(DType.F32, table), m.New(DType.F32, 6, 9, 9, c));
            var (pooled, index, spread) = (m.New(DType.F32, 6, 5, 5, c), m.New(DType.I32, 6, 5, 5, c),
                m.New(DType.F32, 6, 9, 9, c));
            var (spec, pool) = (new BatchNormSpec(1e-5f, 0.1f, true), new PoolSpec(3, 2, 1));
            m.Backend.BatchNormForward(x, gamma, beta, classes, m.Numbers(c), m.Numbers(c), y, mean, invStd, spec);
            m.Backend.BatchNormBackward(x, gamma, beta, classes, mean, invStd, dy, dx, dgamma, dbeta, spec);
            m.Backend.Rotate90(x, m.Ints(0, 0, 1, 2, 2, 3), turned, false);
            m.Backend.MaxPool2d(x, pooled, index, pool);
            m.Backend.MaxPool2dBackward(pooled, index, spread, pool);
            return [m.Read(y), m.Read(mean), m.Read(invStd), m.Read(dx), m.Read(dgamma), m.Read(dbeta),
                m.Read(turned), m.Read(spread)];
        }
    }
}
