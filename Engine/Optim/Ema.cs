using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Engine.Optim;

/// <summary>
/// An exponential moving average of a module's parameters in a second module of the same structure: a ← decay·a + (1 − decay)·p.
/// Buffers are copied as they are. The decay is a constant, or, so that a schedule can move it, a number on the device.
/// </summary>
public sealed class Ema
{
    readonly (Tensor From, Tensor To)[] _parameters, _buffers;

    /// <summary>Starts the average at the source's values.</summary>
    /// <param name="source">The trained module.</param>
    /// <param name="average">A module of the same structure, which is overwritten; it stays the caller's.</param>
    /// <param name="decay">Weight of the past, in [0, 1).</param>
    /// <exception cref="ArgumentException">The structures differ, or decay is out of range.</exception>
    public Ema(Module source, Module average, float decay)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(average);
        if (decay is not (>= 0 and < 1)) throw new ArgumentException($"Ema: decay {decay} must lie in [0, 1).");
        (Average, ConstantDecay) = (average, decay);
        (_parameters, _buffers) = Start(source, average);
    }

    /// <summary>The same with a decay that moves.</summary>
    /// <param name="source">The trained module.</param>
    /// <param name="average">A module of the same structure, which is overwritten; it stays the caller's.</param>
    /// <param name="rest">1 − decay, F32 (1) in (0, 1], which every update reads on the device; it stays the caller's.</param>
    /// <exception cref="ArgumentException">The structures differ, or rest is no number on the device.</exception>
    public Ema(Module source, Module average, Tensor rest)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(average);
        ArgumentNullException.ThrowIfNull(rest);
        Guard.Number("Ema", "rest", rest);
        (Average, Rest) = (average, rest);
        (_parameters, _buffers) = Start(source, average);
    }

    static ((Tensor From, Tensor To)[] Parameters, (Tensor From, Tensor To)[] Buffers) Start(Module source, Module average)
    {
        var parameters = Pairs("parameters", source.NamedParameters(), average.NamedParameters());
        var buffers = Pairs("buffers", source.NamedBuffers(), average.NamedBuffers());
        foreach (var (from, to) in parameters.Concat(buffers)) to.CopyFrom(from);
        return (parameters, buffers);
    }

    /// <summary>The module that holds the average.</summary>
    public Module Average { get; }

    /// <summary>Weight of the past; of one that moves, as it is now. Reading that waits for the device.</summary>
    public float Decay => Rest is null ? ConstantDecay : 1 - Rest.Item();

    /// <summary>1 − decay on the device, where it moves.</summary>
    internal Tensor? Rest { get; }

    /// <summary>The decay where it does not.</summary>
    internal float ConstantDecay { get; }

    /// <summary>
    /// Moves the average one step; after each update of the source. An <see cref="Adam"/> that was given this
    /// average does it itself.
    /// </summary>
    public void Update()
    {
        foreach (var (from, to) in _parameters) Move(from, to);
        CopyBuffers();
    }

    /// <summary>The average's tensor of each parameter of the source.</summary>
    internal IReadOnlyDictionary<Tensor, Tensor> Averages => _parameters.ToDictionary(static p => p.From, static p => p.To);

    internal void Move(Tensor parameter, Tensor average)
    {
        var (b, a) = (average.Backend, average.MutableView);
        if (Rest is null)
        {
            b.Binary(new Lerp(1 - ConstantDecay), a, parameter.View, a);
            return;
        }
        using var scope = average.Device.Scope();
        var step = average.Device.Empty(average.Shape).View;
        b.Binary(new Sub(), parameter.View, a, step);
        b.Binary(new Mul(), step, Rest.View, step);
        b.Binary(new Add(), a, step, a);
    }

    internal void CopyBuffers()
    {
        foreach (var (from, to) in _buffers) to.CopyFrom(from);
    }

    static (Tensor From, Tensor To)[] Pairs(
        string kind, IEnumerable<NamedTensor> source, IEnumerable<NamedTensor> average)
    {
        List<NamedTensor> from = [.. source], to = [.. average];
        if (from.Count != to.Count)
            throw new ArgumentException($"Ema: the source has {from.Count} {kind}, the average {to.Count}.");
        foreach (var (a, b) in from.Zip(to))
        {
            if (a.Name != b.Name || a.Tensor.Shape != b.Tensor.Shape)
                throw new ArgumentException($"Ema: {a.Name} {a.Tensor.Shape} meets {b.Name} {b.Tensor.Shape}.");
        }
        return [.. from.Zip(to, static (a, b) => (a.Tensor, b.Tensor))];
    }
}
