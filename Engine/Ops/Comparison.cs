using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

// Comparisons give Bool, of operands of one type and with broadcasting; those with a NaN do not hold, but "not equal". No
// gradient flows. Logic takes Bool.
public sealed partial class Tensor
{
    /// <summary>Where the two are equal.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor EqualTo(Tensor other) => Compare("EqualTo", ComparisonOp.Equal, this, Guard.Given(other));

    /// <summary>Where the two differ, or one is NaN.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor NotEqualTo(Tensor other) => Compare("NotEqualTo", ComparisonOp.NotEqual, this, Guard.Given(other));

    /// <summary>Where this is larger.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor Greater(Tensor other) => Compare("Greater", ComparisonOp.Less, Guard.Given(other), this);

    /// <summary>Where this is larger or equal.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor GreaterOrEqual(Tensor other) => Compare("GreaterOrEqual", ComparisonOp.LessOrEqual, Guard.Given(other), this);

    /// <summary>Where this is smaller.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor Less(Tensor other) => Compare("Less", ComparisonOp.Less, this, Guard.Given(other));

    /// <summary>Where this is smaller or equal.</summary>
    /// <exception cref="ArgumentException">The types differ, or the shapes do not broadcast.</exception>
    public Tensor LessOrEqual(Tensor other) => Compare("LessOrEqual", ComparisonOp.LessOrEqual, this, Guard.Given(other));

    /// <summary>Where a is larger; Bool.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => Guard.Given(a).Greater(Guard.Given(b));
    /// <summary>Where a is smaller; Bool.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => Guard.Given(a).Less(Guard.Given(b));
    /// <summary>Where a is larger or equal; Bool.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => Guard.Given(a).GreaterOrEqual(Guard.Given(b));
    /// <summary>Where a is smaller or equal; Bool.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => Guard.Given(a).LessOrEqual(Guard.Given(b));
    /// <summary>Where x is above c; Bool.</summary>
    public static Tensor operator >(Tensor x, float c) => Guard.Given(x).Greater(x.Constant("Greater", c));
    /// <summary>Where x is below c; Bool.</summary>
    public static Tensor operator <(Tensor x, float c) => Guard.Given(x).Less(x.Constant("Less", c));
    /// <summary>Where x is at least c; Bool.</summary>
    public static Tensor operator >=(Tensor x, float c) => Guard.Given(x).GreaterOrEqual(x.Constant("GreaterOrEqual", c));
    /// <summary>Where x is at most c; Bool.</summary>
    public static Tensor operator <=(Tensor x, float c) => Guard.Given(x).LessOrEqual(x.Constant("LessOrEqual", c));

    /// <summary>Where both are true; of Bool.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => Logic("And", ArithmeticOp.And, Guard.Given(a), Guard.Given(b));
    /// <summary>Where either is true; of Bool.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => Logic("Or", ArithmeticOp.Or, Guard.Given(a), Guard.Given(b));
    /// <summary>Where one is true and the other not; of Bool.</summary>
    public static Tensor operator ^(Tensor a, Tensor b) => Logic("Xor", ArithmeticOp.Xor, Guard.Given(a), Guard.Given(b));
    /// <summary>Where x is false; of Bool.</summary>
    public static Tensor operator !(Tensor x) =>
        Logic("Not", ArithmeticOp.Xor, Guard.Given(x), x.Device.Full(new Shape(), 1, DType.Bool));

    /// <summary>Where a value is no number: nowhere in integers.</summary>
    public Tensor IsNaN() => Compare("IsNaN", ComparisonOp.NotEqual, this, this);

    /// <summary>Where a value is neither infinite nor NaN: everywhere in integers.</summary>
    public Tensor IsFinite()
    {
        if (!Type.IsFloat()) return EqualTo(this);
        // ∞ − ∞ is NaN.
        var x = Type == DType.F64 ? Detach() : Detach().Cast(DType.F32);
        var none = x - x;
        return none.EqualTo(none);
    }

    /// <summary>Bool: whether any value over the given axes (none: all) is true; of nothing none is.</summary>
    /// <exception cref="ArgumentException">The type is not Bool, or an axis does not exist.</exception>
    public Tensor Any(ReadOnlySpan<int> axes = default, bool keepDims = false) => Logic("Any", ReduceOp.Maximum, axes, keepDims);

    /// <summary>Bool: whether all values over the given axes (none: all) are true; of nothing they are.</summary>
    /// <exception cref="ArgumentException">The type is not Bool, or an axis does not exist.</exception>
    public Tensor All(ReadOnlySpan<int> axes = default, bool keepDims = false) => Logic("All", ReduceOp.Minimum, axes, keepDims);

    static Tensor Logic(string name, ArithmeticOp op, Tensor a, Tensor b)
    {
        Guard.SameDevice(name, a, b);
        Guard.Type(name, a, DType.Bool);
        Guard.Type(name, b, DType.Bool);
        return Exact(name, op, a, b);
    }

    Tensor Logic(string name, ReduceOp op, ReadOnlySpan<int> axes, bool keepDims)
    {
        Guard.Type(name, this, DType.Bool);
        var shape = Reduced(name, axes);
        var y = Count == 0 ? Device.Full(shape, op == ReduceOp.Minimum ? 1 : 0, DType.Bool).Named(name)
            : ReduceExact(name, op, shape);
        return keepDims ? y : y.Reshape(Squeezed(name, axes));
    }
}
