namespace Ssgan.Emulator;

enum PtxSpace
{
    Generic,
    Register,
    Parameter,
    Global,
    Constant,
    Shared,
    Local,
}

/// <summary>A variable in memory or a parameter. <see cref="Count"/> is 0 for an array that gets its size at launch.</summary>
sealed record PtxVariable(string Name, PtxSpace Space, PtxType Type, int Align, long Count)
{
    public long Bytes => Count * Type.Bytes();

    /// <summary>Where it lies in its space; set when the space is laid out.</summary>
    public int Offset { get; internal set; }

    /// <summary>Initial elements: numbers as bits, or a symbol whose address plus the number is meant.</summary>
    internal (string? Symbol, ulong Bits)[] Initial { get; init; } = [];
}

/// <summary>A declared register; <see cref="Index"/> is unique within its function.</summary>
sealed record PtxRegister(string Name, PtxType Type, int Index);

abstract record PtxOperand;

sealed record RegisterOperand(PtxRegister Register, bool Negated = false) : PtxOperand;

sealed record SpecialOperand(string Name) : PtxOperand;

/// <summary>
/// Bits of a number as written: of an integer sign-extended to 64 bits, of a 0f literal 32 bits, of a 0d literal 64 bits.
/// </summary>
sealed record NumberOperand(ulong Bits, PtxType Type) : PtxOperand;

/// <summary>A variable, label or function.</summary>
sealed record SymbolOperand(string Name, long Offset) : PtxOperand;

/// <summary>[base + offset].</summary>
sealed record AddressOperand(PtxOperand Base, long Offset) : PtxOperand;

/// <summary>{a, b} or (a, b).</summary>
sealed record VectorOperand(PtxOperand[] Elements) : PtxOperand;

/// <summary>a|b: a result and a second, predicate result.</summary>
sealed record PairOperand(PtxOperand First, PtxOperand Second) : PtxOperand;

/// <summary>_: a result nobody wants.</summary>
sealed record SinkOperand : PtxOperand;

/// <summary>A label where <see cref="Label"/> is set, else an instruction.</summary>
sealed record PtxStatement(int Line, string Text)
{
    public string? Label { get; init; }

    public RegisterOperand? Guard { get; init; }

    /// <summary>The name up to the first dot, then the modifiers.</summary>
    public string[] Op { get; init; } = [];

    public PtxOperand[] Operands { get; init; } = [];

    /// <summary>Variables that the operands may name, innermost scope first.</summary>
    public PtxScope? Scope { get; init; }
}

/// <summary>What a pair of braces declares.</summary>
sealed class PtxScope(PtxScope? outer)
{
    readonly Dictionary<string, PtxRegister> _registers = [];
    readonly Dictionary<string, (PtxType Type, int First, int Count)> _ranges = [];

    public PtxScope? Outer => outer;

    public Dictionary<string, PtxVariable> Variables { get; } = [];

    public void Declare(PtxRegister register) => _registers[register.Name] = register;

    /// <summary>%name0 to %name(count - 1).</summary>
    public void DeclareRange(string name, PtxType type, int first, int count) => _ranges[name] = (type, first, count);

    public PtxRegister? Register(string name)
    {
        if (_registers.TryGetValue(name, out var found)) return found;
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        if (digits < name.Length && _ranges.TryGetValue(name[..digits], out var range)
            && int.TryParse(name.AsSpan(digits), out int number) && number < range.Count)
        {
            var register = new PtxRegister(name, range.Type, range.First + number);
            _registers[name] = register;
            return register;
        }
        return outer?.Register(name);
    }

    public PtxVariable? Variable(string name) => Variables.TryGetValue(name, out var found) ? found : outer?.Variable(name);
}

/// <summary>A kernel or a device function.</summary>
sealed class PtxFunction(string name, int line)
{
    public string Name => name;

    public int Line => line;

    public bool IsEntry { get; init; }

    public List<PtxVariable> Results { get; } = [];

    public List<PtxVariable> Parameters { get; } = [];

    /// <summary>Null for a declaration.</summary>
    public List<PtxStatement>? Body { get; set; }

    public PtxScope? Scope { get; set; }

    /// <summary>Shared and local variables and call parameters of the body, in order.</summary>
    public List<PtxVariable> Variables { get; } = [];

    public List<PtxRegister> SingleRegisters { get; } = [];

    public Dictionary<PtxType, int> RegisterCounts { get; } = [];

    public int RegisterCount { get; set; }

    public Dim3? MaxThreads { get; set; }

    public bool ExactThreads { get; set; }

    /// <summary>Lists of labels for indirect branches, by their own label.</summary>
    public Dictionary<string, string[]> BranchTargets { get; } = [];
}
