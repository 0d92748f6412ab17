namespace Ssgan.Engine.Kernels;

/// <summary>
/// Kernels of a user's own for NVIDIA GPUs, as text. It belongs to no device: each device loads it when one of its kernels is
/// first launched there, and keeps it to its own end. Keep it in a static field, so that it is loaded once.
/// </summary>
public sealed class KernelModule
{
    KernelModule(string name, string? ptx, string? source, IReadOnlyList<string> options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, Ptx, Source, CompilerOptions) = (name, ptx, source, options);
    }

    /// <summary>Kernels that a compiler made ahead of time; the driver is all they need.</summary>
    /// <param name="name">What messages call them, such as the file's name.</param>
    /// <param name="ptx">The text; each entry point is a kernel.</param>
    /// <exception cref="ArgumentException">The name or the text is empty.</exception>
    public static KernelModule FromPtx(string name, string ptx)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(ptx);
        if (string.IsNullOrWhiteSpace(ptx)) throw new ArgumentException($"The PTX of {name} is empty.", nameof(ptx));
        return new(name, ptx, null, []);
    }

    /// <summary>Kernels that NVRTC compiles for the device that launches them, where it is installed.</summary>
    /// <param name="name">What messages and the compiler's log call them, such as the file's name.</param>
    /// <param name="source">CUDA C++ whose kernels are <c>extern "C" __global__</c>, so that their names stay.</param>
    /// <param name="options">Options for NVRTC, such as <c>-DTILE=16</c>; the architecture is the device's.</param>
    /// <exception cref="ArgumentException">The name or the text is empty.</exception>
    public static KernelModule FromCuda(string name, string source, params IReadOnlyList<string> options)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(source)) throw new ArgumentException($"The source of {name} is empty.", nameof(source));
        return new(name, null, source, [.. options]);
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The PTX, or null where NVRTC makes it.</summary>
    internal string? Ptx { get; }

    /// <summary>The CUDA C++, or null where the PTX is given.</summary>
    internal string? Source { get; }

    internal IReadOnlyList<string> CompilerOptions { get; }

    /// <summary>A kernel of it, by the name of its entry point; whether there is one is seen at the first launch.</summary>
    public KernelEntry Entry(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(this, name);
    }
}

/// <summary>One kernel of a <see cref="KernelModule"/>. Keep it in a static field: a launch looks it up by reference.</summary>
public sealed class KernelEntry
{
    internal KernelEntry(KernelModule module, string name) => (Module, Name) = (module, name);

    /// <summary>Where it is.</summary>
    public KernelModule Module { get; }

    /// <summary>The entry point.</summary>
    public string Name { get; }

    /// <summary>For messages: "row_squares of rows.ptx".</summary>
    public override string ToString() => $"{Name} of {Module.Name}";
}
