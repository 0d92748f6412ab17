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

    /// <summary>Gradients still to come at leaves that somebody waits for.</summary>
    readonly Dictionary<Node, int> _uses = [];

    /// <summary>The nodes that lead to the wanted inputs; null means all.</summary>
    HashSet<Node>? _wanted;

    /// <summary>Sums gradients into <see cref="Tensor.Grad"/> of every leaf that the outputs depend on.</summary>
    public void ToLeaves(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> seeds)
    {
        if (device.EagerArenas > 0) CountUses(outputs);
        Run(outputs, seeds, (node, gradient) =>
        {
            if (node is LeafNode leaf) Leave(leaf.Leaf, gradient);
        });
    }

    /// <summary>Adds what has arrived at a leaf to its gradient.</summary>
    void Leave(Tensor leaf, Tensor? gradient)
    {
        if (leaf.Grad is { } sum)
        {
            if (gradient is not null) Accumulate(sum, gradient);
        }
        else if (leaf.GradientPlace is { } place) leaf.Grad = place.Take(gradient);
        else if (gradient is null) leaf.Grad = device.Zeros(leaf.Shape, leaf.Type).Own();
        else if (gradient.IsExclusive) leaf.Grad = gradient.Alias(gradient.Shape, null);
        else leaf.Grad = gradient.Copy().Own();
        leaf.GradientPlace?.Arrived();
    }

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
                if (!_pending.Remove(node, out var gradient)) continue; // A leaf that was waited for is done.
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
        Count(node);
    }

    /// <summary>
    /// How many gradients are still to come at leaves that somebody waits for. The oldest nodes are leaves, so without this all
    /// would be left at the end.
    /// </summary>
    void CountUses(ReadOnlySpan<Tensor> outputs)
    {
        Reached(outputs, parent =>
        {
            if (parent is LeafNode { Leaf.GradientPlace.IsAwaited: true }) _uses[parent] = _uses.GetValueOrDefault(parent) + 1;
        });
    }

    /// <summary>Leaves the gradient of a leaf that somebody waits for as soon as all of it has arrived.</summary>
    void Count(Node node)
    {
        if (_uses.Count == 0 || !_uses.TryGetValue(node, out int left)) return;
        _uses[node] = --left;
        if (left > 0) return;
        var gradient = _pending[node];
        Leave(((LeafNode)node).Leaf, gradient);
        gradient?.Dispose();
        _pending.Remove(node);
    }

    void Deliver(Node node, Tensor gradient)
    {
        if (gradient.Shape != node.Shape || gradient.Type != node.Type)
            throw new InvalidOperationException(
                $"The gradient of {node.Operation} {node.Shape} {node.Type} is {gradient.Shape} {gradient.Type}.");
        Add(node, gradient);
        Count(node);
    }

    void Add(Node node, Tensor gradient)
    {
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

    /// <summary>
    /// All nodes below the outputs; told each step to a parent. Iterative, because a long graph would overflow the stack.
    /// </summary>
    static HashSet<Node> Reached(ReadOnlySpan<Tensor> outputs, Action<Node> toParent)
    {
        var reached = new HashSet<Node>();
        var stack = new Stack<Node>();
        foreach (var t in outputs) if (t.Node is { } root && reached.Add(root)) stack.Push(root);
        while (stack.TryPop(out var node))
        {
            foreach (var parent in node.Parents)
            {
                if (parent is null) continue;
                toParent(parent);
                if (reached.Add(parent)) stack.Push(parent);
            }
        }
        return reached;
    }

    /// <summary>Nodes on a path from the outputs to a target.</summary>
    static HashSet<Node> NodesLeadingTo(ReadOnlySpan<Tensor> outputs, IEnumerable<Node> targets)
    {
        var reached = Reached(outputs, static _ => { });
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
