using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Engine;

/// <summary>The memory of one call of <see cref="Tensor.Raw"/>; it may be used until the call returns.</summary>
public abstract class OwnCall
{
    readonly IReadOnlyList<Tensor> _inputs;
    readonly Tensor _output;
    bool _ended;

    private protected OwnCall(string name, IReadOnlyList<Tensor> inputs, Tensor output) =>
        (Name, _inputs, _output) = (name, [.. inputs], output);

    private protected string Name { get; }

    internal void End() => _ended = true;

    private protected TensorView InputView(int i)
    {
        ThrowIfEnded();
        return (uint)i < (uint)_inputs.Count ? _inputs[i].View
            : throw new ArgumentException($"{Name}: there is no input {i}; it has {_inputs.Count}.");
    }

    private protected TensorView OutputView
    {
        get
        {
            ThrowIfEnded();
            return _output.View;
        }
    }

    private protected void ThrowIfEnded()
    {
        if (_ended) throw new InvalidOperationException($"{Name}: its memory was asked for after the call had returned.");
    }
}

/// <summary>A call on the host's cores.</summary>
public sealed class CpuCall : OwnCall
{
    readonly CpuBackend _backend;

    internal CpuCall(string name, CpuBackend backend, IReadOnlyList<Tensor> inputs, Tensor output) : base(name, inputs, output) =>
        _backend = backend;

    /// <summary>The values of input i, row-major, an F32 tensor.</summary>
    /// <exception cref="ArgumentException">There is no such input, or it has another type.</exception>
    public ReadOnlySpan<float> Input(int i) => Span<float>(InputView(i), $"input {i}");

    /// <summary>The values of input i: float of F32, int of I32, byte of U8.</summary>
    /// <exception cref="ArgumentException">There is no such input, or it has another type.</exception>
    public ReadOnlySpan<T> Input<T>(int i) where T : unmanaged => Span<T>(InputView(i), $"input {i}");

    /// <summary>The result, row-major, an F32 tensor; undefined until it is written.</summary>
    /// <exception cref="ArgumentException">It has another type.</exception>
    public Span<float> Output => Span<float>(OutputView, "the result");

    /// <summary>The result: float of F32, int of I32, byte of U8.</summary>
    /// <exception cref="ArgumentException">It has another type.</exception>
    public Span<T> OutputOf<T>() where T : unmanaged => Span<T>(OutputView, "the result");

    /// <summary>
    /// Shares items [0, count) among the device's threads, which take spans of this call themselves: see <see
    /// cref="CpuBackend.For"/>.
    /// </summary>
    /// <param name="count">Items.</param>
    /// <param name="grain">The least number of items that is worth waking a thread for.</param>
    /// <param name="body">Called with the start and the end of a piece.</param>
    public void For(int count, int grain, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ThrowIfEnded();
        _backend.For(count, grain, body);
    }

    unsafe Span<T> Span<T>(TensorView view, string what) where T : unmanaged
    {
        if (ElementType.Of<T>(Name) != view.Type)
            throw new ArgumentException($"{Name}: {what} is {view.Type}, not {typeof(T).Name}.");
        if (view.Count > int.MaxValue)
            throw new ArgumentException($"{Name}: {what} {view.Shape} has more elements than a span holds.");
        return MemoryMarshal.CreateSpan(ref *(T*)view.Address, (int)view.Count);
    }
}

/// <summary>A call on an NVIDIA GPU: what it queues runs behind what is queued already.</summary>
public sealed class CudaCall : OwnCall
{
    readonly CudaBackend _backend;

    internal CudaCall(string name, CudaBackend backend, IReadOnlyList<Tensor> inputs, Tensor output)
        : base(name, inputs, output) => _backend = backend;

    /// <summary>Input i: its address on the device, shape and type.</summary>
    /// <exception cref="ArgumentException">There is no such input.</exception>
    public TensorView Input(int i) => InputView(i);

    /// <summary>The result, undefined until it is written.</summary>
    public TensorView Output => OutputView;

    /// <summary>The <c>CUstream</c> that work must be queued on, for libraries of the user's own.</summary>
    public nint Stream
    {
        get
        {
            ThrowIfEnded();
            return _backend.Stream;
        }
    }

    /// <summary>Queues a kernel: see <see cref="CudaBackend.Launch{TArgs}(KernelEntry, in LaunchShape, in TArgs)"/>.</summary>
    public void Launch<TArgs>(KernelEntry kernel, in LaunchShape shape, in TArgs args) where TArgs : unmanaged
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ThrowIfEnded();
        _backend.Launch(kernel, shape, args);
    }
}
