namespace Ssgan.Emulator;

/// <summary>
/// Turns a kernel's statements into instructions. Device functions are put in where they are called: their parameters are the
/// caller's, their returns are branches to the end.
/// </summary>
sealed unsafe partial class KernelDecoder
{
    const int SharedGap = 16;

    readonly PtxModule _module;
    readonly PtxKernel _kernel;
    readonly List<Instruction> _code = [];
    readonly List<(int Line, string Text)> _source = [];
    readonly List<MemoryOp> _memory = [];
    readonly List<MatrixOp> _matrices = [];
    readonly List<int[]> _tables = [];
    readonly List<(int Start, int Bytes)> _gaps = [];
    readonly Dictionary<PtxVariable, int> _shared = [];
    readonly HashSet<string> _calling = [];
    int _sharedBytes, _sharedEnd, _dynamicAlign = 16, _localBytes, _sharedGrain = 4;

    /// <summary>A function's body where it is put in.</summary>
    sealed class Frame(PtxFunction function)
    {
        public PtxFunction Function => function;

        public Dictionary<int, int> Registers { get; } = [];

        public Dictionary<string, int> Labels { get; } = [];

        public List<(int Instruction, string Label, int Line)> Branches { get; } = [];

        public List<int> Returns { get; } = [];

        /// <summary>Where its own variables and parameters lie in local memory.</summary>
        public Dictionary<string, int> Local { get; } = [];
    }

    Frame _frame;
    PtxStatement _statement = new(0, "");

    KernelDecoder(PtxModule module, PtxKernel kernel)
    {
        _module = module;
        _kernel = kernel;
        _frame = new Frame(kernel.Function);
    }

    public static KernelCode Decode(PtxModule module, PtxKernel kernel)
    {
        var decoder = new KernelDecoder(module, kernel);
        decoder.DecodeBody(decoder._frame);
        // A kernel may end without ret.
        decoder.Emit(&Nothing).Flow = Flow.Exit;
        int dynamicOffset = Align(decoder._sharedEnd, decoder._dynamicAlign);
        decoder.ResolveDynamicShared(dynamicOffset);
        return new KernelCode(decoder._code)
        {
            Name = kernel.Name,
            Source = [.. decoder._source],
            Memory = [.. decoder._memory],
            Matrices = [.. decoder._matrices],
            Tables = [.. decoder._tables],
            Constants = [.. decoder._constants.Values],
            Specials = [.. decoder._specials.Values],
            RegisterBytes = decoder._registerBytes,
            SharedBytes = decoder._sharedBytes,
            DynamicSharedOffset = dynamicOffset,
            SharedGaps = [.. decoder._gaps],
            SharedGrain = decoder._sharedGrain,
            LocalBytes = Align(decoder._localBytes, 16),
            ReadsNonCoherently = decoder._memory.Exists(static m => m.IsNonCoherent),
        };
    }

    static int Align(int offset, int align) => (offset + align - 1) / align * align;

    void DecodeBody(Frame frame)
    {
        if (!_calling.Add(frame.Function.Name))
            throw new EmulatorFault(FaultKind.Unknown,
                $"Line {frame.Function.Line}: the emulator does not know recursion, and {frame.Function.Name} calls itself.");
        var outer = _frame;
        _frame = frame;
        foreach (var statement in frame.Function.Body!)
        {
            _statement = statement;
            if (statement.Label is { } label) frame.Labels[label] = _code.Count;
            else DecodeInstruction(statement);
        }
        foreach (var (instruction, label, line) in frame.Branches)
        {
            if (!frame.Labels.TryGetValue(label, out int target))
                throw new EmulatorFault(FaultKind.InvalidPtx, $"Line {line}: there is no label {label}.");
            Code[instruction].Target = target;
        }
        foreach (int instruction in frame.Returns) Code[instruction].Target = _code.Count;
        _frame = outer;
        _calling.Remove(frame.Function.Name);
    }

    Span<Instruction> Code => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_code);

    /// <summary>A new instruction with the statement's guard; nothing may be emitted while the reference is in use.</summary>
    ref Instruction Emit(Handler run, int d = -1, int a = -1, int b = -1, int c = -1, ulong immediate = 0)
    {
        var instruction = new Instruction { Run = run, D = d, A = a, B = b, C = c, D2 = -1, Guard = -1, Immediate = immediate };
        if (_statement.Guard is { } guard)
        {
            instruction.Guard = Slot(guard.Register);
            instruction.GuardFlip = guard.Negated ? uint.MaxValue : 0;
        }
        _code.Add(instruction);
        _source.Add((_statement.Line, _statement.Text));
        return ref Code[^1];
    }

    static void Nothing(Warp w, Instruction* i)
    {
    }

    void DecodeInstruction(PtxStatement s)
    {
        var m = new Modifiers(s);
        switch (s.Op[0])
        {
            case "add" or "sub" or "mul" or "mad" or "fma" or "div" or "rem" or "min" or "max" or "abs" or "neg":
                DecodeArithmetic(m);
                break;
            case "and" or "or" or "xor" or "not" or "cnot" or "shl" or "shr" or "shf" or "bfe" or "bfi" or "prmt"
                or "brev" or "popc" or "clz"
                or "bfind" or "lop3":
                DecodeBits(m);
                break;
            case "sqrt" or "rcp" or "rsqrt" or "ex2" or "lg2" or "sin" or "cos" or "tanh" or "copysign":
                DecodeFunction(m);
                break;
            case "setp" or "set" or "selp" or "slct":
                DecodeComparison(m);
                break;
            case "mov":
                DecodeMove(m);
                break;
            case "cvt":
                DecodeConversion(m);
                break;
            case "cvta":
                DecodeAddressConversion(m);
                break;
            case "ld" or "ldu" or "st":
                DecodeLoadStore(m);
                break;
            case "atom" or "red":
                DecodeAtomic(m);
                break;
            case "cp":
                DecodeAsyncCopy(m);
                break;
            case "bra" or "brx" or "call" or "ret" or "exit" or "trap":
                DecodeControl(m);
                break;
            case "bar" or "barrier":
                DecodeBarrier(m);
                break;
            case "membar" or "fence":
                DecodeFence(m);
                break;
            case "shfl" or "vote" or "activemask" or "redux" or "match" or "mma" or "ldmatrix":
                DecodeWarpOp(m);
                break;
            case "nanosleep" or "prefetch" or "prefetchu":
                // They change how fast a kernel runs, not what it computes.
                break;
            default:
                throw new EmulatorFault(FaultKind.Unknown,
                    $"Line {s.Line}, {s.Text}: the emulator does not know the instruction {s.Op[0]}.");
        }
    }

    PtxOperand Operand(int index) =>
        index < _statement.Operands.Length ? _statement.Operands[index] : throw Wrong("it has too few operands");

    EmulatorFault Wrong(string what) => new(FaultKind.InvalidPtx, $"Line {_statement.Line}, {_statement.Text}: {what}.");

    void CheckCount(int count)
    {
        if (_statement.Operands.Length != count)
            throw Wrong($"it has {_statement.Operands.Length} operands where {count} are wanted");
    }
}
