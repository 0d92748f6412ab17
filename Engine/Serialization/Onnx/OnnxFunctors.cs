using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>What ONNX calls the functors.</summary>
static class OnnxFunctors
{
    public static string Unary(OnnxGraph g, object op, string name, string x) => op switch
    {
        Neg => g.Add("Neg", [x]),
        Abs => g.Add("Abs", [x]),
        Square => g.Add("Mul", [x, x]),
        Sqrt => g.Add("Sqrt", [x]),
        Rsqrt => g.Add("Reciprocal", [g.Add("Sqrt", [x])]),
        Reciprocal => g.Add("Reciprocal", [x]),
        Exp => g.Add("Exp", [x]),
        Log => g.Add("Log", [x]),
        Relu => g.Add("Relu", [x]),
        LeakyRelu l => g.Add("LeakyRelu", [x], new OnnxAttribute("alpha", l.Slope)),
        Tanh => g.Add("Tanh", [x]),
        ScaledTanh t => g.Add("Mul", [g.Add("Tanh", [x]), g.Scalar(t.Scale)]),
        Sigmoid => g.Add("Sigmoid", [x]),
        Softplus => g.Add("Softplus", [x]),
        Affine a => Affine(g, a, x),
        DivideBy d => g.Add("Div", [x, g.Scalar(d.Divisor)]),
        Step => Compared(g, "Greater", x, g.Scalar(0)),
        Sign => g.Add("Sign", [x]),
        Clamp c => g.Add("Clip", [x, g.Scalar(c.Low), g.Scalar(c.High)]),
        Pow p => g.Add("Pow", [x, g.Scalar(p.Exponent)]),
        _ => throw Unknown(name),
    };

    public static string Binary(OnnxGraph g, object op, string name, string a, string b) => op switch
    {
        Add => g.Add("Add", [a, b]),
        Sub => g.Add("Sub", [a, b]),
        Mul => g.Add("Mul", [a, b]),
        Div => g.Add("Div", [a, b]),
        Maximum => g.Add("Max", [a, b]),
        Minimum => g.Add("Min", [a, b]),
        AddRelu => g.Add("Relu", [g.Add("Add", [a, b])]),
        AddLeakyRelu l => g.Add("LeakyRelu", [g.Add("Add", [a, b])], new OnnxAttribute("alpha", l.Slope)),
        Greater => Compared(g, "Greater", a, b),
        Equal => Compared(g, "Equal", a, b),
        _ => throw Unknown(name),
    };

    /// <summary>A reduction whose axes stay with extent 1. Those of a sum are an input since opset 13, of others in 18.</summary>
    public static string Reduce<TOp>(OnnxGraph g, string x, long[] axes) where TOp : unmanaged, IReduce
    {
        var keep = new OnnxAttribute("keepdims", 1L);
        if (typeof(TOp) == typeof(Sum)) return g.Add("ReduceSum", [x, g.Integers(axes)], keep);
        if (axes.Length == 0) return g.Add("Mul", [x, x]);
        string type = default(TOp) switch
        {
            Max => "ReduceMax",
            Min => "ReduceMin",
            SumOfSquares => "ReduceSumSquare",
            _ => throw Unknown(TOp.Name),
        };
        return g.Add(type, [x], new("axes", axes), keep);
    }

    static string Affine(OnnxGraph g, Affine a, string x)
    {
        if (a.Scale != 1) x = g.Add("Mul", [x, g.Scalar(a.Scale)]);
        return a.Shift == 0 ? x : g.Add("Add", [x, g.Scalar(a.Shift)]);
    }

    static string Compared(OnnxGraph g, string type, string a, string b) =>
        g.Add("Cast", [g.Add(type, [a, b])], new OnnxAttribute("to", (long)OnnxModel.Float));

    static NotSupportedException Unknown(string name) => new($"The function {name} is not exported to ONNX.");
}
