namespace Ssgan.Engine.Kernels;

/// <summary>
/// What computes a functor of a user's own on a GPU: an expression in CUDA C++, compiled ahead of time or by NVRTC where it is
/// installed, or any PTX with kernels of the same parameter. Keep it in a static property, <see cref="IUnary.Twin"/> or <see
/// cref="IBinary.Twin"/>.
/// </summary>
public sealed class ElementwiseTwin
{
    readonly KernelEntry _f32, _bf16;

    ElementwiseTwin(string name, KernelModule module, string source)
    {
        (Name, Source) = (name, source);
        (_f32, _bf16) = (module.Entry(name + "_f32"), module.Entry(name + "_bf16"));
    }

    /// <summary>The kernels' name, without what tells the storage: name_f32 and name_bf16.</summary>
    public string Name { get; }

    /// <summary>
    /// The kernels in CUDA C++, to be compiled ahead of time: <c>nvcc -ptx -arch=compute_75 -fmad=false</c>.
    /// </summary>
    public string Source { get; }

    /// <summary>A function of x, such as <c>x / (1.0f + expf(-p * x))</c>.</summary>
    /// <param name="name">A name in C.</param>
    /// <param name="expression">CUDA C++ of type float, in x and the functor's constants: p its first field and q its
    /// second.</param>
    /// <exception cref="ArgumentException">The name is none of C's, or the expression is empty.</exception>
    public static ElementwiseTwin Unary(string name, string expression) => Of(name, expression, TwinSource.Unary);

    /// <summary>A function of a and b, broadcast against each other.</summary>
    /// <param name="name">A name in C.</param>
    /// <param name="expression">CUDA C++ of type float, in a, b, p and q.</param>
    /// <exception cref="ArgumentException">The name is none of C's, or the expression is empty.</exception>
    public static ElementwiseTwin Binary(string name, string expression) => Of(name, expression, TwinSource.Binary);

    /// <summary>
    /// The same with PTX instead of NVRTC: that of <see cref="Source"/>, or another whose kernels take the same struct.
    /// </summary>
    public ElementwiseTwin WithPtx(string ptx)
    {
        ArgumentNullException.ThrowIfNull(ptx);
        return new(Name, KernelModule.FromPtx(Name, ptx), Source);
    }

    /// <summary>The kernel for a storage.</summary>
    internal KernelEntry Entry(DType type) => type switch
    {
        DType.F32 => _f32,
        DType.BF16 => _bf16,
        _ => throw new ArgumentException($"{Name}: its kernels are of F32 and BF16, not of {type}; Cast() the operand."),
    };

    static ElementwiseTwin Of(string name, string expression, Func<string, string, string> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(expression);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"A kernel cannot be called '{name}': C has no such names.", nameof(name));
        if (string.IsNullOrWhiteSpace(expression))
            throw new ArgumentException($"The expression of {name} is empty.", nameof(expression));
        string source = write(name, expression);
        // As on the CPU a product and a sum round apart, unless fmaf is written.
        return new(name, KernelModule.FromCuda(name, source, "--fmad=false"), source);
    }
}
