namespace Ssgan.Engine.Nn;

/// <summary>A function without parameters as a layer: <c>new Apply(x => x.Relu())</c>.</summary>
public sealed class Apply : Layer
{
    readonly Func<Tensor, Tensor> _function;

    /// <param name="function">What is done, in training and in evaluation.</param>
    public Apply(Func<Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return _function(x);
    }
}
