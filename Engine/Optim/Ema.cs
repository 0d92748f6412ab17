using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Engine.Optim;

/// <summary>
/// An exponential moving average of a module's parameters in a second module of the same structure: a ← decay·a + (1 − decay)·p.
/// Buffers are copied as they are.
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
        (Average, Decay) = (average, decay);
        _parameters = Pairs("parameters", source.NamedParameters(), average.NamedParameters());
        _buffers = Pairs("buffers", source.NamedBuffers(), average.NamedBuffers());
        foreach (var (from, to) in _parameters) to.CopyFrom(from);
        CopyBuffers();
    }

    /// <summary>The module that holds the average.</summary>
    public Module Average { get; }

    /// <summary>Weight of the past.</summary>
    public float Decay { get; }

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

    internal void Move(Tensor parameter, Tensor average) =>
        average.Backend.Binary(new Lerp(1 - Decay), average.View, parameter.View, average.MutableView);

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
