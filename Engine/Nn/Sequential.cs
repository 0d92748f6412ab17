namespace Ssgan.Engine.Nn;

/// <summary>Layers one after another, which it owns. As in PyTorch their names are their places: "0.weight", "1.bias".</summary>
public sealed class Sequential : Layer
{
    readonly Layer[] _layers;

    /// <param name="layers">The layers, first to last; one that stands there twice shares its weights. None: the
    /// identity.</param>
    public Sequential(params IReadOnlyList<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers];
        for (int i = 0; i < _layers.Length; i++)
            Child($"{i}", _layers[i] ?? throw new ArgumentNullException($"{nameof(layers)}[{i}]"));
    }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (var layer in _layers) x = layer.Forward(x);
        return x;
    }
}
