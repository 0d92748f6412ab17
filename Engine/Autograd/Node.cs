using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// One recorded operation. It holds the tensors that its backward needs and knows its parents; ids rise with time, so
/// walking by falling id visits every user of a result before the operation that made it.
/// </summary>
abstract class Node
{
    protected Node(Tensor result, string operation)
    {
        Operation = operation;
        (Shape, Type) = (result.Shape, result.Type);
        Id = result.Device.NextNodeId();
    }

    public long Id { get; }
    public string Operation { get; }

    /// <summary>The result's shape.</summary>
    public Shape Shape { get; }

    /// <summary>The result's element type, which its gradient has too.</summary>
    public DType Type { get; }

    /// <summary>One per input; null where no gradient flows.</summary>
    public Node?[] Parents { get; protected init; } = [];

    public virtual bool IsLeaf => false;

    /// <summary>Saved tensors: handles of the node's own.</summary>
    public Tensor[] Saved { get; protected set; } = [];

    /// <summary>Whether <see cref="Release"/> has run.</summary>
    public bool Released { get; private set; }

    /// <summary>Fills the gradients of the parents that need one.</summary>
    public abstract void Run(Gradients gradients);

    /// <summary>Drops the saved tensors.</summary>
    public void Release()
    {
        if (Released) return;
        Released = true;
        foreach (var t in Saved) t.Dispose();
        Saved = [];
    }
}

/// <summary>A tensor that gradients flow to and end at.</summary>
sealed class LeafNode(Tensor leaf) : Node(leaf, "leaf")
{
    public Tensor Leaf { get; } = leaf;
    public override bool IsLeaf => true;
    public override void Run(Gradients gradients) => throw new InvalidOperationException("A leaf has no backward.");
}

/// <summary>
/// An operation whose backward is a static function of the upstream gradient, the saved tensors and a constant.
/// </summary>
sealed class OperationNode<TState> : Node
{
    readonly TState _state;
    readonly Action<Gradients, TState> _backward;

    public OperationNode(Tensor result, string operation, Node?[] parents, Tensor[] saved, TState state,
        Action<Gradients, TState> backward)
        : base(result, operation)
    {
        Parents = parents;
        Saved = saved;
        _state = state;
        _backward = backward;
    }

    public override void Run(Gradients gradients) => _backward(gradients, _state);
}
