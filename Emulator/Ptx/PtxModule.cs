namespace Ssgan.Emulator;

/// <summary>A parsed PTX text: what a driver's module loader sees. It can be loaded onto several devices.</summary>
sealed class PtxModule
{
    readonly Dictionary<string, PtxKernel> _kernels = [];
    readonly Dictionary<string, PtxFunction> _functions;

    PtxModule(PtxParser parser)
    {
        Version = parser.Version;
        Target = parser.Target;
        Variables = parser.Variables;
        _functions = parser.Functions.ToDictionary(function => function.Name);
        foreach (var function in parser.Functions.Where(function => function.IsEntry))
            _kernels.Add(function.Name, new PtxKernel(this, function));
    }

    /// <summary>Text of .version, such as 7.0.</summary>
    public string Version { get; }

    /// <summary>Text of .target, such as sm_75.</summary>
    public string Target { get; }

    /// <summary>The number of <see cref="Target"/>: 75 for sm_75.</summary>
    public int TargetNumber => int.TryParse(Target.AsSpan(Math.Min(3, Target.Length)).TrimEnd("a"), out int number)
        ? number
        : throw new EmulatorFault(FaultKind.Unknown, $"The emulator does not know the target {Target}.");

    public IReadOnlyCollection<PtxKernel> Kernels => _kernels.Values;

    /// <summary>Global, constant and module-wide shared variables.</summary>
    public IReadOnlyList<PtxVariable> Variables { get; }

    /// <summary>A fault where the text is not PTX, or holds a directive or instruction that the emulator does not know.</summary>
    public static PtxModule Parse(string text)
    {
        var parser = new PtxParser(text);
        parser.Parse();
        var module = new PtxModule(parser);
        foreach (var kernel in module.Kernels) kernel.Code = KernelDecoder.Decode(module, kernel);
        return module;
    }

    /// <summary>The kernel of that name, or null.</summary>
    public PtxKernel? Find(string name) => _kernels.GetValueOrDefault(name);

    internal PtxFunction? Function(string name) => _functions.GetValueOrDefault(name);

    internal PtxVariable? Variable(string name) => Variables.FirstOrDefault(variable => variable.Name == name);
}

/// <summary>An entry point.</summary>
sealed class PtxKernel
{
    readonly PtxFunction _function;

    internal PtxKernel(PtxModule module, PtxFunction function)
    {
        Module = module;
        _function = function;
        int offset = 0;
        foreach (var parameter in function.Parameters)
        {
            offset = (offset + parameter.Align - 1) / parameter.Align * parameter.Align;
            parameter.Offset = offset;
            offset += (int)parameter.Bytes;
        }
        ParameterBytes = offset;
    }

    public PtxModule Module { get; }

    public string Name => _function.Name;

    public IReadOnlyList<PtxVariable> Parameters => _function.Parameters;

    public int ParameterBytes { get; }

    /// <summary>Bytes of shared arrays whose size the text gives.</summary>
    public int SharedBytes => Code.SharedBytes;

    /// <summary>Bytes of local arrays of a thread.</summary>
    public int LocalBytes => Code.LocalBytes;

    /// <summary>Of .maxntid or .reqntid.</summary>
    public Dim3? MaxThreads => _function.MaxThreads;

    /// <summary>Virtual registers declared by type: what an assembler maps to far fewer.</summary>
    public IReadOnlyDictionary<PtxType, int> Registers => _function.RegisterCounts;

    internal PtxFunction Function => _function;

    internal KernelCode Code { get; set; } = null!;
}
