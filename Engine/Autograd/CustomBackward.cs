using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// What the backward of <see cref="Tensor.Custom"/> is given, and where it leaves its gradients. Written in operations on tensors
/// it can be differentiated again.
/// </summary>
public sealed class CustomBackward
{
    readonly Gradients _gradients;
    readonly string _name;
    readonly Shape[] _shapes;
    readonly SavedAs[] _kinds;

    internal CustomBackward(Gradients gradients, string name, Shape[] shapes, SavedAs[] kinds) =>
        (_gradients, _name, _shapes, _kinds) = (gradients, name, shapes, kinds);

    /// <summary>The gradient of what is differentiated by the result, of the result's shape and type.</summary>
    public Tensor Upstream => _gradients.Upstream;

    /// <summary>Whether input i wants a gradient: what nobody wants need not be computed, and is dropped if it is.</summary>
    public bool Needs(int i)
    {
        CheckInput(i);
        return _gradients.Needs(i);
    }

    /// <summary>What the i-th call of <see cref="CustomForward.Save"/> saved, with the values of then.</summary>
    /// <exception cref="InvalidOperationException">There were fewer calls; it was overwritten since; or second derivatives are
    /// asked for and it was made on the way from the inputs, so that theirs would lack a part.</exception>
    public Tensor Saved(int i)
    {
        if ((uint)i >= (uint)_kinds.Length)
            throw new InvalidOperationException($"{_name}: backward reads saved tensor {i}; its forward saved {_kinds.Length}.");
        var saved = _gradients.Saved(i);
        if (_kinds[i] == SavedAs.Intermediate && saved.Device.GradEnabled)
        {
            throw new InvalidOperationException($"{_name}: backward is differentiated in its turn, and reads saved tensor {i}, "
                + $"{saved.Describe()}, which is neither an input nor the result, so its own derivative would be lost; compute "
                + "it in backward from what is, or save it as a constant if it has none.");
        }
        return saved;
    }

    /// <summary>
    /// The gradient of input i, of its shape. Null, which it is until it is set, says that the derivative vanishes everywhere.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such input; or the gradient has another shape, a type that is no
    /// real number's, or another device.</exception>
    public Tensor? this[int i]
    {
        get
        {
            CheckInput(i);
            return _gradients[i];
        }
        set
        {
            CheckInput(i);
            if (value is not null) Check(_name, i, value, Upstream.Device, _shapes[i]);
            _gradients[i] = value;
        }
    }

    /// <summary>Refuses what is no gradient of an input.</summary>
    internal static void Check(string name, int input, Tensor gradient, Device device, params ReadOnlySpan<Shape> shapes)
    {
        string what = $"{name}: the gradient of input {input}, {gradient.Describe()},";
        if (gradient.Device != device)
            throw new InvalidOperationException(
                $"{what} is on {gradient.Device.Name}; that of the input, {device.Name}, is needed.");
        if (!gradient.Backend.ComputesIn(gradient.Type))
            throw new InvalidOperationException($"{what} has type {gradient.Type}; F32 is needed.");
        if (!shapes.Contains(gradient.Shape))
            throw new InvalidOperationException($"{what} has shape {gradient.Shape}; the input's, {shapes[0]}, is needed.");
    }

    void CheckInput(int i)
    {
        if ((uint)i >= (uint)_shapes.Length)
            throw new InvalidOperationException($"{_name}: there is no input {i}; it has {_shapes.Length}.");
    }
}
