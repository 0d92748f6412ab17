using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>What a saved tensor is to an operation of a user's own.</summary>
enum SavedAs
{
    /// <summary>An input or the result, through which second derivatives flow.</summary>
    Operand,
    Constant,
    /// <summary>Made on the way, so that it depends on the inputs without the graph knowing how.</summary>
    Intermediate,
}

/// <summary>
/// What the forward of <see cref="Tensor.Custom"/> is given. It runs without recording: its operations are no part of the graph.
/// </summary>
public sealed class CustomForward
{
    readonly List<Tensor> _saved = [];
    readonly List<bool> _constant = [];
    readonly string _name;
    bool _ended;

    internal CustomForward(string name, IReadOnlyList<Tensor> inputs) => (_name, Inputs) = (name, inputs);

    /// <summary>The operation's inputs, as they were given.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>Their device.</summary>
    public Device Device => Inputs[0].Device;

    /// <summary>
    /// Keeps a tensor for backward, which reads it by the order of these calls: an input, the result, or what was computed on
    /// the way, which first derivatives alone may use.
    /// </summary>
    /// <returns>The tensor.</returns>
    /// <exception cref="InvalidOperationException">The tensor requires a gradient and is no input, or forward has
    /// ended.</exception>
    public Tensor Save(Tensor tensor) => Saved(tensor, constant: false);

    /// <summary>
    /// The same of a tensor through which no second derivative flows: a mask, indices, noise; it may be computed from the inputs.
    /// </summary>
    public Tensor SaveConstant(Tensor tensor) => Saved(tensor, constant: true);

    Tensor Saved(Tensor tensor, bool constant)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (_ended) throw new InvalidOperationException($"{_name}: Save was called after its forward had ended.");
        if (tensor.RequiresGrad && !IsInput(tensor))
        {
            throw new InvalidOperationException($"{_name}: {tensor.Describe()} requires a gradient, but is not among its inputs, "
                + "so none would flow to it; pass it as an input, or save what Detach() gives.");
        }
        if (tensor.Device != Device)
            throw new InvalidOperationException($"{_name}: {tensor} was saved, but its inputs are on {Device.Name}.");
        _saved.Add(tensor);
        _constant.Add(constant);
        return tensor;
    }

    bool IsInput(Tensor tensor) => Inputs.Any(input => ReferenceEquals(input, tensor));

    /// <summary>What was saved. No more is.</summary>
    internal (Tensor[] Tensors, SavedAs[] Kinds) End(Tensor result, TensorScope scope)
    {
        _ended = true;
        return ([.. _saved], [.. _saved.Select((t, i) => IsInput(t) || ReferenceEquals(t, result) ? SavedAs.Operand
            : _constant[i] || t.Type is not (DType.F32 or DType.BF16) || !t.IsIn(scope) ? SavedAs.Constant
            : SavedAs.Intermediate)]);
    }
}
