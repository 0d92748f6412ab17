namespace Ssgan.Engine;

/// <summary>
/// Owns the tensors made while it is the innermost scope, and frees them when it ends. Made by <see cref="Device.Scope"/>.
/// </summary>
public sealed class TensorScope : IDisposable
{
    readonly Device _device;
    readonly List<Tensor> _tensors;
    readonly List<Node> _nodes;
    bool _open = true;

    /// <summary>
    /// Opens it. An ended scope of the same depth lends its lists, but is not itself used again: disposing it twice
    /// must do nothing.
    /// </summary>
    internal TensorScope(Device device, int depth, CallSite site, TensorScope? ended)
    {
        _device = device;
        Depth = depth;
        Site = site;
        (_tensors, _nodes) = ended is null ? ([], []) : (ended._tensors, ended._nodes);
    }

    internal int Depth { get; }

    internal CallSite Site { get; }

    internal void Add(Tensor tensor) => _tensors.Add(tensor);

    /// <summary>The outermost scope keeps the graph's nodes, because they hold on to the tensors that backward needs.</summary>
    internal void Add(Node node) => _nodes.Add(node);

    /// <summary>Frees what was made inside and not kept.</summary>
    public void Dispose()
    {
        if (!_open) return;
        _device.Close(this);
        _open = false;
        foreach (var node in _nodes) node.Release();
        _nodes.Clear();
        foreach (var tensor in _tensors) tensor.LeaveScope(this);
        _tensors.Clear();
    }
}
