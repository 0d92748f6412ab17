using System.Numerics;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// Loops over rows of operands in the type that they are stored in; an operand's step is 1, or 0 where it stretches.
/// </summary>
static unsafe class ExactLoops
{
    public static void Doubles(ArithmeticOp op, double* a, long aStep, double* b, long bStep, double* y, long n)
    {
        switch (op)
        {
            case ArithmeticOp.Divide: for (long i = 0; i < n; i++) y[i] = a[i * aStep] / b[i * bStep]; break;
            case ArithmeticOp.SquareRoot: for (long i = 0; i < n; i++) y[i] = Math.Sqrt(a[i * aStep]); break;
            default: Numbers(op, a, aStep, b, bStep, y, n); break;
        }
    }

    public static void Integers<T>(ArithmeticOp op, T* a, long aStep, T* b, long bStep, T* y, long n)
        where T : unmanaged, INumber<T>, IBinaryInteger<T>
    {
        switch (op)
        {
            case ArithmeticOp.And: for (long i = 0; i < n; i++) y[i] = a[i * aStep] & b[i * bStep]; break;
            case ArithmeticOp.Or: for (long i = 0; i < n; i++) y[i] = a[i * aStep] | b[i * bStep]; break;
            case ArithmeticOp.Xor: for (long i = 0; i < n; i++) y[i] = a[i * aStep] ^ b[i * bStep]; break;
            default: Numbers(op, a, aStep, b, bStep, y, n); break;
        }
    }

    static void Numbers<T>(ArithmeticOp op, T* a, long aStep, T* b, long bStep, T* y, long n) where T : unmanaged, INumber<T>
    {
        switch (op)
        {
            case ArithmeticOp.Add: for (long i = 0; i < n; i++) y[i] = a[i * aStep] + b[i * bStep]; break;
            case ArithmeticOp.Subtract: for (long i = 0; i < n; i++) y[i] = a[i * aStep] - b[i * bStep]; break;
            case ArithmeticOp.Multiply: for (long i = 0; i < n; i++) y[i] = a[i * aStep] * b[i * bStep]; break;
            case ArithmeticOp.Minimum: for (long i = 0; i < n; i++) y[i] = T.Min(a[i * aStep], b[i * bStep]); break;
            case ArithmeticOp.Maximum: for (long i = 0; i < n; i++) y[i] = T.Max(a[i * aStep], b[i * bStep]); break;
            case ArithmeticOp.Negate: for (long i = 0; i < n; i++) y[i] = unchecked(-a[i * aStep]); break;
            case ArithmeticOp.Absolute:
                for (long i = 0; i < n; i++) y[i] = T.IsNegative(a[i * aStep]) ? unchecked(-a[i * aStep]) : a[i * aStep];
                break;
            default: throw new ArgumentOutOfRangeException(nameof(op), op, $"Arithmetic: {typeof(T).Name} has no {op}.");
        }
    }

    public static void Compare<T>(ComparisonOp op, T* a, long aStep, T* b, long bStep, byte* y, long n)
        where T : unmanaged, INumber<T>
    {
        switch (op)
        {
            case ComparisonOp.Equal: for (long i = 0; i < n; i++) y[i] = Bit(a[i * aStep] == b[i * bStep]); break;
            case ComparisonOp.NotEqual: for (long i = 0; i < n; i++) y[i] = Bit(a[i * aStep] != b[i * bStep]); break;
            case ComparisonOp.Less: for (long i = 0; i < n; i++) y[i] = Bit(a[i * aStep] < b[i * bStep]); break;
            case ComparisonOp.LessOrEqual: for (long i = 0; i < n; i++) y[i] = Bit(a[i * aStep] <= b[i * bStep]); break;
            default: throw new ArgumentOutOfRangeException(nameof(op), op, "Unknown comparison.");
        }
    }

    static byte Bit(bool holds) => holds ? (byte)1 : (byte)0;

    /// <summary>One more element of a reduction.</summary>
    public static T Combine<T>(ReduceOp op, T a, T b) where T : unmanaged, INumber<T> => op switch
    {
        ReduceOp.Sum => a + b,
        ReduceOp.Product => a * b,
        ReduceOp.Maximum => T.Max(a, b),
        ReduceOp.Minimum => T.Min(a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "Unknown reduction."),
    };
}
