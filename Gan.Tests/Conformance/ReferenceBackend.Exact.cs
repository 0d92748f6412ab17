using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Conformance;

// Doubles hold what these cases compute but for I64 beyond 2^53, for which integers of 128 bits stand in.
sealed unsafe partial class ReferenceBackend
{
    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y)
    {
        for (long i = 0; i < y.Count; i++)
        {
            long p = Broadcast(i, y.Shape, a.Shape), q = Broadcast(i, y.Shape, b.Shape);
            if (y.Type == DType.F64) ((double*)y.Address)[i] = Real(op, Read(a, p), Read(b, q));
            else PutWhole(y, i, Whole(op, WholeAt(a, p), WholeAt(b, q)));
        }
    }

    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y)
    {
        for (long i = 0; i < y.Count; i++)
        {
            double p = Read(a, Broadcast(i, y.Shape, a.Shape)), q = Read(b, Broadcast(i, y.Shape, b.Shape));
            bool holds = op switch
            {
                ComparisonOp.Equal => p == q,
                ComparisonOp.NotEqual => p != q,
                ComparisonOp.Less => p < q,
                _ => p <= q,
            };
            y.U8[i] = holds ? (byte)1 : (byte)0;
        }
    }

    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y)
    {
        var seen = new bool[y.Count];
        var how = op switch
        {
            ReduceOp.Sum => ArithmeticOp.Add,
            ReduceOp.Product => ArithmeticOp.Multiply,
            ReduceOp.Maximum => ArithmeticOp.Maximum,
            _ => ArithmeticOp.Minimum,
        };
        for (long i = 0; i < x.Count; i++)
        {
            long at = Broadcast(i, x.Shape, y.Shape);
            if (!seen[at]) Copy(x, i, y, at);
            else if (x.Type == DType.F64) ((double*)y.Address)[at] = Real(how, Read(y, at), Read(x, i));
            else PutWhole(y, at, Whole(how, WholeAt(y, at), WholeAt(x, i)));
            seen[at] = true;
        }
    }

    static double Real(ArithmeticOp op, double a, double b) => op switch
    {
        ArithmeticOp.Add => a + b,
        ArithmeticOp.Subtract => a - b,
        ArithmeticOp.Multiply => a * b,
        ArithmeticOp.Divide => a / b,
        ArithmeticOp.Minimum => Math.Min(a, b),
        ArithmeticOp.Maximum => Math.Max(a, b),
        ArithmeticOp.Negate => -a,
        ArithmeticOp.Absolute => Math.Abs(a),
        _ => Math.Sqrt(a),
    };

    static Int128 Whole(ArithmeticOp op, Int128 a, Int128 b) => op switch
    {
        ArithmeticOp.Add => a + b,
        ArithmeticOp.Subtract => a - b,
        ArithmeticOp.Multiply => a * b,
        ArithmeticOp.Minimum => Int128.Min(a, b),
        ArithmeticOp.Maximum => Int128.Max(a, b),
        ArithmeticOp.And => a & b,
        ArithmeticOp.Or => a | b,
        ArithmeticOp.Xor => a ^ b,
        ArithmeticOp.Negate => -a,
        _ => Int128.Abs(a),
    };

    static Int128 WholeAt(TensorView x, long i) =>
        x.Type switch { DType.I64 => ((long*)x.Address)[i], DType.I32 => x.I32[i], _ => x.U8[i] };

    static void PutWhole(TensorView y, long i, Int128 value)
    {
        switch (y.Type)
        {
            case DType.I64: ((long*)y.Address)[i] = unchecked((long)value); break;
            case DType.I32: y.I32[i] = unchecked((int)value); break;
            default: y.U8[i] = unchecked((byte)value); break;
        }
    }
}
