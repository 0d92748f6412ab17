using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// An operation of the user's own, with one result. Forward computes it without recording; backward, if any input requires a
    /// gradient, is run once per walk of the graph with the upstream gradient. A backward written in operations on tensors gives
    /// second derivatives too; one that is not (<see cref="Raw"/>) is refused where they are asked for.
    /// </summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="inputs">What gradients flow to, on one device. What forward takes from elsewhere is constant.</param>
    /// <param name="forward">Makes the result, a new tensor, and saves what backward will read; what it makes besides is freed
    /// when it returns.</param>
    /// <param name="backward">Sets the gradients of the inputs. Best a static lambda: what it captures lives as long as the
    /// graph.</param>
    /// <exception cref="ArgumentException">There are no inputs, or they are on several devices.</exception>
    /// <exception cref="InvalidOperationException">Forward returned an input, or a tensor that it did not make; or no tensor
    /// scope is open, so nothing would own the result.</exception>
    public static Tensor Custom(string name, IReadOnlyList<Tensor> inputs, Func<CustomForward, Tensor> forward,
        Action<CustomBackward> backward)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        var device = CheckOwn(name, inputs);
        // In a scope of its own: what it makes on the way ends with it, and what it did not make is told from what it did.
        using var scope = device.Scope();
        var call = new CustomForward(name, [.. inputs]);
        Tensor y;
        using (device.NoGrad()) y = forward(call);
        if (y is null) throw new InvalidOperationException($"{name}: its forward returned null.");
        for (int i = 0; i < inputs.Count; i++)
            if (ReferenceEquals(y, inputs[i]))
                throw new InvalidOperationException($"{name}: its forward returned input {i} itself; return a new tensor.");
        if (!y.IsIn(scope))
        {
            throw new InvalidOperationException($"{name}: its forward returned {y}, which was not made in it; return one that "
                + "an operation or Device.Empty() made there.");
        }
        if (y.RequiresGrad)
            throw new InvalidOperationException(
                $"{name}: its forward set RequiresGrad of its result; the inputs tell whether it has.");
        var (saved, kinds) = call.End(y, scope);
        if (Tape.IsNeeded(device, [.. inputs])) Guard.Real(name, y);
        Shape[] shapes = [.. inputs.Select(static t => t.Shape)];
        return y.Record(name, [.. inputs], saved, (name, shapes, kinds, backward),
            static (g, s) => s.backward(new CustomBackward(g, s.name, s.shapes, s.kinds))).Keep();
    }

    /// <summary>What operations of users' own have in common; the device.</summary>
    static Device CheckOwn(string name, IReadOnlyList<Tensor> inputs)
    {
        if (name.Length == 0) throw new ArgumentException("An operation of one's own needs a name.", nameof(name));
        Guard.Given([.. inputs], nameof(inputs));
        if (inputs.Count == 0) throw new ArgumentException($"{name}: no inputs were given.", nameof(inputs));
        Guard.SameDevice(name, inputs[0], [.. inputs]);
        var device = inputs[0].Device;
        if (device.Innermost is null)
        {
            throw new InvalidOperationException(
                $"{name} ran outside any tensor scope, so nothing would own its result; open one with device.Scope().");
        }
        return device;
    }
}
