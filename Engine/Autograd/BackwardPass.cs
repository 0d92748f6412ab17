using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// One walk of the graph from outputs to leaves, newest operation first. Each node runs when all gradients of its result
/// have arrived; unless the graph is retained, its saved tensors and its upstream gradient are freed right after, so that
/// memory falls while backward runs.
/// </summary>
sealed class BackwardPass(Device device, bool createGraph, bool retainGraph)
{
    /// <summary>
    /// What has arrived at each node in the queue; null is a gradient that vanishes identically, of which no zeros are made on
    /// the way.
    /// </summary>
    readonly Dictionary<Node, Tensor?> _pending = [];
    readonly PriorityQueue<Node, long> _order = new();

    /// <summary>The nodes that lead to the wanted inputs; null means all.</summary>
    HashSet<Node>? _wanted;

    /// <summary>Sums gradients into <see cref="Tensor.Grad"/> of every leaf that the outputs depend on.</summary>
    public void ToLeaves(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> seeds) => Run(outputs, seeds, (node, gradient) =>
    {
        if (node is not LeafNode leaf) return;
        if (gradient is null) leaf.Leaf.Grad ??= device.Zeros(node.Shape, node.Type).Own();
        else if (leaf.Leaf.Grad is { } sum) Accumulate(sum, gradient);
        else if (gradient.IsExclusive) leaf.Leaf.Grad = gradient.Alias(gradient.Shape, null);
        else leaf.Leaf.Grad = gradient.Copy().Own();
    });

    /// <summary>
    /// The gradients of the given inputs; null for one that the outputs do not depend on. The handles belong to no scope yet.
    /// </summary>
    public Tensor?[] ToInputs(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> seeds, ReadOnlySpan<Tensor> inputs)
    {
        var targets = new Dictionary<Node, List<int>>();
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Node is not { } node)
                throw new ArgumentException($"Grad: input {i}, {inputs[i].Describe()}, does not require a gradient.");
            if (!targets.TryGetValue(node, out var list)) targets[node] = list = [];
            list.Add(i);
        }
        _wanted = NodesLeadingTo(outputs, targets.Keys);
        var results = new Tensor?[inputs.Length];
        try
        {
            Run(outputs, seeds, (node, gradient) =>
            {
                if (gradient is null || !targets.TryGetValue(node, out var list)) return;
                foreach (int i in list) results[i] = gradient.Alias(gradient.Shape, gradient.Node);
            });
        }
        catch
        {
            foreach (var result in results) result?.Dispose();
            throw;
        }
        return results;
    }

    void Run(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> seeds, Action<Node, Tensor?> arrived)
    {
        bool gradEnabled = device.GradEnabled;
        device.GradEnabled = createGraph;
        try
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                if (outputs[i].Node is { } node && IsWanted(node)) Deliver(node, seeds[i]);
            }
            while (_order.TryDequeue(out var node, out _))
            {
                _pending.Remove(node, out var gradient);
                try
                {
                    arrived(node, gradient);
                    if (!node.IsLeaf && (_wanted is null || LeadsOn(node))) Step(node, gradient);
                }
                finally
                {
                    gradient?.Dispose();
                }
            }
        }
        finally
        {
            foreach (var gradient in _pending.Values) gradient?.Dispose();
            device.GradEnabled = gradEnabled;
        }
    }

    void Step(Node node, Tensor? upstream)
    {
        // Zeros need nothing that was saved.
        if (upstream is not null && node.Released)
            throw new InvalidOperationException(
                $"The graph of {node.Operation} {node.Shape} is gone: an earlier backward freed it (pass retainGraph), or its "
                + "tensor scope ended.");
        if (upstream is null)
        {
            foreach (var parent in node.Parents) if (parent is not null && IsWanted(parent)) DeliverZero(parent);
        }
        else
        {
            using var scope = device.Scope();
            var gradients = new Gradients(node, upstream, _wanted is null ? null : IsWanted);
            node.Run(gradients);
            for (int i = 0; i < node.Parents.Length; i++)
            {
                if (!gradients.Needs(i)) continue;
                var parent = node.Parents[i]!;
                // A gradient has its tensor's shape and type, whatever the operation's backward left.
                if (gradients[i] is { } gradient) Deliver(parent, gradient.SumTo(parent.Shape).Cast(parent.Type));
                else DeliverZero(parent);
            }
        }
        if (!retainGraph) node.Release();
    }

    void DeliverZero(Node node)
    {
        if (_pending.TryAdd(node, null)) _order.Enqueue(node, -node.Id);
    }

    void Deliver(Node node, Tensor gradient)
    {
        if (gradient.Shape != node.Shape || gradient.Type != node.Type)
            throw new InvalidOperationException(
                $"The gradient of {node.Operation} {node.Shape} {node.Type} is {gradient.Shape} {gradient.Type}.");
        if (_pending.TryGetValue(node, out var sum) && sum is not null)
        {
            if (!createGraph && sum.IsExclusive && !sum.Type.IsExact())
            {
                Accumulate(sum, gradient);
                return;
            }
            using (device.Scope())
            {
                var total = sum + gradient;
                _pending[node] = total.Alias(total.Shape, total.Node);
            }
            sum.Dispose();
            return;
        }
        if (!_pending.ContainsKey(node)) _order.Enqueue(node, -node.Id);
        _pending[node] = gradient.Alias(gradient.Shape, createGraph ? gradient.Node : null);
    }

    static void Accumulate(Tensor sum, Tensor gradient) =>
        sum.Backend.Binary(new Add(), sum.View, gradient.View, sum.MutableView);

    bool IsWanted(Node node) => _wanted is null || _wanted.Contains(node);

    bool LeadsOn(Node node)
    {
        foreach (var parent in node.Parents) if (parent is not null && IsWanted(parent)) return true;
        return false;
    }

    /// <summary>Nodes on a path from the outputs to a target. Iterative, because a long graph would overflow the stack.</summary>
    static HashSet<Node> NodesLeadingTo(ReadOnlySpan<Tensor> outputs, IEnumerable<Node> targets)
    {
        var reached = new HashSet<Node>();
        var stack = new Stack<Node>();
        foreach (var t in outputs) if (t.Node is { } root && reached.Add(root)) stack.Push(root);
        while (stack.TryPop(out var node))
        {
            foreach (var parent in node.Parents) if (parent is not null && reached.Add(parent)) stack.Push(parent);
        }
        var leading = new HashSet<Node>(targets);
        var byAge = new List<Node>(reached);
        byAge.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var node in byAge)
        {
            foreach (var parent in node.Parents)
            {
                if (parent is null || !leading.Contains(parent)) continue;
                leading.Add(node);
                break;
            }
        }
        leading.IntersectWith(reached);
        return leading;
    }
}
