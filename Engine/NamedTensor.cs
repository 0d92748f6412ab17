namespace Ssgan.Engine;

/// <summary>A tensor and its name: a parameter, a buffer, a part of an optimizer's state.</summary>
/// <param name="Name">The full name: "block2.c1.weight".</param>
/// <param name="Tensor">The tensor; it belongs to who named it.</param>
public readonly record struct NamedTensor(string Name, Tensor Tensor)
{
    /// <summary>A pair is a named tensor: optimizers take <c>[("w", w)]</c>.</summary>
    public static implicit operator NamedTensor((string Name, Tensor Tensor) pair) => new(pair.Name, pair.Tensor);
}
