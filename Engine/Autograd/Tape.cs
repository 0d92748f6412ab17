namespace Ssgan.Engine;

/// <summary>
/// Records operations. An operation's file calls <see cref="Record"/> once, with a backward written in tensor operations.
/// </summary>
static class Tape
{
    /// <summary>Whether a gradient could flow through an operation on these inputs.</summary>
    public static bool IsNeeded(Device device, params ReadOnlySpan<Tensor?> inputs)
    {
        if (!device.GradEnabled) return false;
        foreach (var t in inputs) if (t?.RequiresGrad == true) return true;
        return false;
    }

    /// <summary>
    /// Makes <paramref name="y"/> the result of an operation in the graph, if any input requires a gradient. The backward must be
    /// static: what it needs comes in <paramref name="saved"/> (which the graph keeps alive) and <paramref name="state"/>.
    /// </summary>
    public static Tensor Record<TState>(this Tensor y, string operation, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<Tensor> saved,
        TState state, Action<Gradients, TState> backward)
    {
        y.Named(operation);
        if (!IsNeeded(y.Device, inputs)) return y;
        if (y.Device.Outermost is not { } outermost)
        {
            y.Dispose();
            throw new InvalidOperationException(
                $"{y.Describe()} would record a gradient outside any tensor scope; open one with device.Scope(), or "
                + "use device.NoGrad().");
        }
        var parents = new Node?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) parents[i] = inputs[i]?.Node;
        var handles = new Tensor[saved.Length];
        var node = new OperationNode<TState>(y, operation, parents, handles, state, backward);
        // The result is saved with its own node, so that a second derivative flows through it.
        for (int i = 0; i < saved.Length; i++)
            handles[i] = saved[i].Alias(saved[i].Shape, ReferenceEquals(saved[i], y) ? node : saved[i].Node);
        y.SetNode(node);
        outermost.Add(node);
        return y;
    }
}
