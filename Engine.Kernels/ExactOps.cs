namespace Ssgan.Engine.Kernels;

/// <summary>What <see cref="Backend.ArithmeticExact"/> computes; the numbers are arithmetic.cu's.</summary>
public enum ArithmeticOp
{
    /// <summary>a + b.</summary>
    Add,
    /// <summary>a − b.</summary>
    Subtract,
    /// <summary>a·b.</summary>
    Multiply,
    /// <summary>a / b; F64 alone.</summary>
    Divide,
    /// <summary>The smaller; NaN if either is.</summary>
    Minimum,
    /// <summary>The larger; NaN if either is.</summary>
    Maximum,
    /// <summary>Bits of both; integers and Bool.</summary>
    And,
    /// <summary>Bits of either; integers and Bool.</summary>
    Or,
    /// <summary>Bits of one alone; integers and Bool.</summary>
    Xor,
    /// <summary>−a.</summary>
    Negate,
    /// <summary>|a|; of the least integer itself.</summary>
    Absolute,
    /// <summary>√a; F64 alone.</summary>
    SquareRoot,
}

/// <summary>What <see cref="Backend.Compare"/> asks; the numbers are compare.cu's. With a NaN only NotEqual holds.</summary>
public enum ComparisonOp
{
    /// <summary>a = b.</summary>
    Equal,
    /// <summary>a ≠ b.</summary>
    NotEqual,
    /// <summary>a &lt; b.</summary>
    Less,
    /// <summary>a ≤ b.</summary>
    LessOrEqual,
}

/// <summary>What <see cref="Backend.ReduceExact"/> computes; the numbers are reduce_exact.cu's.</summary>
public enum ReduceOp
{
    /// <summary>The sum.</summary>
    Sum,
    /// <summary>The largest; NaN if any is.</summary>
    Maximum,
    /// <summary>The smallest; NaN if any is.</summary>
    Minimum,
    /// <summary>The product.</summary>
    Product,
}
