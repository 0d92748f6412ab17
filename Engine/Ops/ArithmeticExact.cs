using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

// Arithmetic in the type that is stored: F64 and integers, which wrap around. Operations reach it by the operand's type.
public sealed partial class Tensor
{
    /// <summary>A function of F64 or integers; functors that are no arithmetic are refused.</summary>
    Tensor MapExact<TOp>(TOp op, string name) where TOp : unmanaged, IUnary
    {
        if (Type == DType.Bool) throw NotTaken(name, this);
        return op switch
        {
            Kernels.Neg => Exact(name, ArithmeticOp.Negate, this, this),
            Kernels.Abs => Exact(name, ArithmeticOp.Absolute, this, this),
            Kernels.Square => Exact(name, ArithmeticOp.Multiply, this, this),
            Kernels.Sqrt when Type == DType.F64 => Exact(name, ArithmeticOp.SquareRoot, this, this),
            Kernels.Reciprocal when Type == DType.F64 => Exact(name, ArithmeticOp.Divide, Constant(name, 1), this),
            Kernels.Step => Above(name, this, Constant(name, 0)),
            Kernels.Sign => Exact(name, ArithmeticOp.Subtract, Above(name, this, Constant(name, 0)),
                Above(name, Constant(name, 0), this)),
            Kernels.Relu => Exact(name, ArithmeticOp.Maximum, this, Constant(name, 0)),
            Kernels.Clamp c => Exact(name, ArithmeticOp.Minimum,
                Exact(name, ArithmeticOp.Maximum, this, Constant(name, c.Low)), Constant(name, c.High)),
            Kernels.Affine a => AffineExact(name, a),
            Kernels.DivideBy d when Type == DType.F64 => Exact(name, ArithmeticOp.Divide, this, Constant(name, d.Divisor)),
            _ => throw NotTaken(name, this),
        };
    }

    Tensor AffineExact(string name, Affine a)
    {
        var scaled = a.Scale == 1 ? this
            : a.Scale == -1 ? Exact(name, ArithmeticOp.Negate, this, this)
            : Exact(name, ArithmeticOp.Multiply, this, Constant(name, a.Scale));
        // −0 is the shift that changes nothing.
        return a.Shift == 0 && float.IsNegative(a.Shift) && scaled != this ? scaled
            : Exact(name, ArithmeticOp.Add, scaled, Constant(name, a.Shift));
    }

    /// <summary>A scalar of this type.</summary>
    Tensor Constant(string name, float value)
    {
        if (Type != DType.F64 && value != MathF.Floor(value))
            throw new ArgumentException($"{name}: {value} is no whole number, as {Describe()} needs; Cast() it to F32 or F64.");
        return Device.Full(new Shape(), value, Type);
    }

    static Tensor CombineExact<TOp>(string name, Tensor a, Tensor b) where TOp : unmanaged, IBinary
    {
        Guard.SameType(name, a, b);
        if (typeof(TOp) == typeof(Equal)) return Compare(name, ComparisonOp.Equal, a, b).Cast(a.Type);
        if (typeof(TOp) == typeof(Greater)) return Above(name, a, b);
        if (typeof(TOp) == typeof(ReluGrad))
            return Exact(name, ArithmeticOp.Multiply, a, Above(name, b, b.Constant(name, 0)));
        ArithmeticOp? op = typeof(TOp) == typeof(Add) ? ArithmeticOp.Add
            : typeof(TOp) == typeof(Sub) ? ArithmeticOp.Subtract
            : typeof(TOp) == typeof(Mul) ? ArithmeticOp.Multiply
            : typeof(TOp) == typeof(Div) && a.Type == DType.F64 ? ArithmeticOp.Divide
            : typeof(TOp) == typeof(Maximum) ? ArithmeticOp.Maximum
            : typeof(TOp) == typeof(Minimum) ? ArithmeticOp.Minimum : null;
        if (op is null || a.Type == DType.Bool) throw NotTaken(name, a);
        return Exact(name, op.Value, a, b);
    }

    /// <summary>1 where a is larger, else 0, in their type.</summary>
    static Tensor Above(string name, Tensor a, Tensor b) => Compare(name, ComparisonOp.Less, b, a).Cast(a.Type);

    /// <summary>One operation on two operands of a type that has it.</summary>
    internal static Tensor Exact(string name, ArithmeticOp op, Tensor a, Tensor b)
    {
        var shape = Guard.Broadcast(name, a, b);
        var (x, z) = (a.View, b.View);
        var y = a.Device.Result(shape, a.Type).Named(name);
        a.Backend.ArithmeticExact(op, x, z, y.View);
        return y;
    }

    /// <summary>Bool: whether a comparison holds, of equal types; those of 16 bits by way of F32. No gradient flows.</summary>
    internal static Tensor Compare(string name, ComparisonOp op, Tensor a, Tensor b)
    {
        Guard.SameDevice(name, a, b);
        Guard.SameType(name, a, b);
        var shape = Guard.Broadcast(name, a, b);
        if (a.Type is DType.F16 or DType.BF16) (a, b) = (a.Detach().Cast(DType.F32), b.Detach().Cast(DType.F32));
        var (x, z) = (a.View, b.View);
        var y = a.Device.Result(shape, DType.Bool).Named(name);
        a.Backend.Compare(op, x, z, y.View);
        return y;
    }

    static ArgumentException NotTaken(string name, Tensor x) =>
        new($"{name}: {x.Describe()} has type {x.Type}, which it does not take; Cast() it to F32.");
}
