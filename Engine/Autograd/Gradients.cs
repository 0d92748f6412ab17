namespace Ssgan.Engine;

/// <summary>
/// What an operation's backward sees: the upstream gradient, its saved tensors, and which inputs want a gradient.
/// </summary>
sealed class Gradients(Node node, Tensor upstream, Func<Node, bool>? wanted)
{
    readonly Tensor?[] _results = new Tensor?[node.Parents.Length];

    /// <summary>dL/dy, of the result's shape.</summary>
    public Tensor Upstream { get; } = upstream;

    /// <summary>The i-th saved tensor, with the values that the forward saw.</summary>
    /// <exception cref="InvalidOperationException">It was overwritten since.</exception>
    public Tensor Saved(int i)
    {
        var saved = node.Saved[i];
        saved.ThrowIfOverwritten(node.Operation);
        return saved;
    }

    /// <summary>Whether input i wants a gradient; backward computes no other.</summary>
    public bool Needs(int i) => node.Parents[i] is { } parent && (wanted is null || wanted(parent));

    /// <summary>
    /// dL/d(input i). It may keep a broadcast shape and the upstream's type: the walk sums it down and casts it. Where it stays
    /// null the derivative vanishes identically, and leaves that nothing else reaches get zeros.
    /// </summary>
    public Tensor? this[int i]
    {
        get => _results[i];
        set => _results[i] = value;
    }
}
