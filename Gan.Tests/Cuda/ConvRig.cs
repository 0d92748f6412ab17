using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>An emulated card, a backend on it, and one convolution of 3x3 with its arrays.</summary>
sealed class ConvRig : IDisposable
{
    readonly List<TensorView> _views = [];
    readonly DType _type;

    public ConvRig(EmulatorOptions? machine = null, CudaOptions? options = null, DType type = DType.F32)
    {
        _type = type;
        Device = new EmulatedCuda(machine);
        Cuda = new CudaBackend(Device, 0, options);
        X = New(new(2, 8, 8, 8), 1);
        W = New(new(4, 3, 3, 8), 2);
        Y = New(new(2, 8, 8, 4), 3);
        Bias = New(new(4), 4, DType.F32);
    }

    public EmulatedCuda Device { get; }

    public CudaBackend Cuda { get; }

    public TensorView X { get; }

    public TensorView W { get; }

    public TensorView Y { get; }

    public TensorView Bias { get; }

    /// <summary>What engines ran, by number, since the last question.</summary>
    public int[] Ran(Action work)
    {
        long[] Counts() => [.. Enumerable.Range(0, 30).Select(Device.Runs)];
        long[] before = Counts();
        work();
        Cuda.Synchronize();
        long[] after = Counts();
        return [.. Enumerable.Range(0, 30).Where(i => after[i] > before[i])];
    }

    public void Forward(bool bias = false) => Cuda.Conv2dForward(X, W, bias ? Bias : null, Y, new ConvSpec(1, 1));

    public void ForwardRelu(bool bias = true) => Cuda.Conv2dReluForward(X, W, bias ? Bias : null, Y, new ConvSpec(1, 1));

    public void Filter() => Cuda.Conv2dBackwardFilter(X, Y, W, new ConvSpec(1, 1));

    public byte[] Read(TensorView view)
    {
        var bytes = new byte[view.Bytes];
        Cuda.Download(view, bytes);
        return bytes;
    }

    TensorView New(Shape shape, int seed, DType? type = null)
    {
        var view = new TensorView(Cuda.Allocate(shape.Count * (type ?? _type).Size()), shape, type ?? _type);
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextSingle() - 0.5f)];
        if (view.Type == DType.F32) Cuda.Upload(MemoryMarshal.AsBytes<float>(values), view);
        else Cuda.Upload(MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, BFloat16.FromSingle)), view);
        _views.Add(view);
        return view;
    }

    public void Dispose()
    {
        foreach (var view in _views) Cuda.Free(view.Address, view.Bytes);
        Cuda.Dispose();
        Device.Dispose();
        Assert.That(Device.Leaks(), Is.Empty);
    }
}
