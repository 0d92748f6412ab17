namespace Ssgan.Engine.Nn;

/// <summary>A module that makes one tensor of one tensor: what <see cref="Sequential"/> runs one after another.</summary>
public abstract class Layer : Module
{
    /// <summary>The layer's result; inside a tensor scope.</summary>
    public abstract Tensor Forward(Tensor x);
}
