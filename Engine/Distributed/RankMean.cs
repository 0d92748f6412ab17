using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Distributed;

/// <summary>Replaces small tensors by their means over all ranks, all in one message.</summary>
public sealed class RankMean : IDisposable
{
    readonly ICommunicator _ranks;
    readonly IReadOnlyList<Tensor> _tensors;
    readonly Tensor _message;

    /// <summary>Takes memory for the message.</summary>
    /// <param name="ranks">The ranks; they stay the caller's.</param>
    /// <param name="tensors">F32 tensors of one device, at least one; as many of the same shapes on each rank. They stay the
    /// caller's.</param>
    /// <exception cref="ArgumentException">There is none, or one is not F32.</exception>
    public RankMean(ICommunicator ranks, IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0) throw new ArgumentException("RankMean: no tensors were given.");
        long count = 0;
        foreach (var tensor in tensors)
        {
            Guard.F32("RankMean", tensor);
            count += tensor.Count;
        }
        (_ranks, _tensors) = (ranks, tensors);
        _message = tensors[0].Device.Empty(new Shape(checked((int)count))).Own();
    }

    /// <summary>Replaces them; all ranks call it.</summary>
    public void Run()
    {
        var message = _message.MutableView;
        Pass(static (backend, tensor, part, count) => backend.CopyBox(tensor.View.As(part.Shape), [0], part, [0], [count]));
        _message.Backend.Unary(new Affine(1f / _ranks.Size, 0), message, message);
        _ranks.BeginSum(_message);
        _ranks.FinishSums();
        Pass(static (backend, tensor, part, count) =>
            backend.CopyBox(part, [0], tensor.MutableView.As(part.Shape), [0], [count]));
    }

    void Pass(Action<Backend, Tensor, TensorView, int> copy)
    {
        nint address = _message.View.Address;
        foreach (var tensor in _tensors)
        {
            int count = (int)tensor.Count;
            copy(_message.Backend, tensor, new TensorView(address, new Shape(count), DType.F32), count);
            address += count * sizeof(float);
        }
    }

    /// <summary>Frees the message.</summary>
    public void Dispose() => _message.Dispose();
}
