using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// Brings values of one shape to a device while it computes: each <see cref="Send"/> begins a copy, and each <see cref="Take"/>
/// puts the oldest that was sent into a tensor, in the order of the device's work. On a device that runs each operation as it is
/// called both are plain copies.
/// </summary>
public sealed class StagedUpload : IDisposable
{
    /// <summary>How many sendings may wait to be taken: one under way, one just arrived.</summary>
    public const int Slots = 2;

    readonly IStagedUploads _uploads;
    readonly Tensor[] _arrivals;
    int _first;

    internal StagedUpload(Device device, Shape shape, DType type)
    {
        _uploads = device.Backend.CreateStagedUploads(Slots, shape.Count * type.Size());
        _arrivals = new Tensor[Slots];
        try
        {
            for (int i = 0; i < Slots; i++) _arrivals[i] = device.Empty(shape, type).Own();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many sendings wait to be taken.</summary>
    public int Waiting { get; private set; }

    /// <summary>Begins a copy to the device; the values may be reused at once.</summary>
    /// <param name="values">As many bytes as the shape and the type have, row-major.</param>
    /// <exception cref="ArgumentException">They are more or fewer bytes.</exception>
    /// <exception cref="InvalidOperationException">As many as there are <see cref="Slots"/> wait to be taken.</exception>
    public void Send(ReadOnlySpan<byte> values)
    {
        if (Waiting == Slots)
            throw new InvalidOperationException($"Send: {Slots} uploads wait to be taken, and there is no place for more.");
        long bytes = _arrivals[0].View.Bytes;
        if (values.Length != bytes)
            throw new ArgumentException($"Send: {values.Length} bytes for {bytes} of {_arrivals[0].Shape}.", nameof(values));
        int slot = (_first + Waiting) % Slots;
        _uploads.Send(slot, values, _arrivals[slot].MutableView);
        Waiting++;
    }

    /// <summary>Overwrites a tensor of the shape and the type with what was sent first of all that waits.</summary>
    /// <exception cref="InvalidOperationException">Nothing was sent.</exception>
    public void Take(Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (Waiting == 0) throw new InvalidOperationException("Take: nothing was sent that was not taken.");
        _uploads.Receive(_first);
        destination.CopyFrom(_arrivals[_first]);
        _uploads.Release(_first);
        _first = (_first + 1) % Slots;
        Waiting--;
    }

    /// <summary>Frees the staging; what was sent and not taken is lost.</summary>
    public void Dispose()
    {
        _uploads.Dispose();
        foreach (var arrival in _arrivals) arrival?.Dispose();
    }
}
