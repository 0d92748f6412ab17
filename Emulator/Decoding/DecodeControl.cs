namespace Ssgan.Emulator;

// Branches, calls, barriers, and what a warp does together.
sealed unsafe partial class KernelDecoder
{
    void DecodeControl(Modifiers m)
    {
        switch (m.Statement.Op[0])
        {
            case "bra":
                m.Take("uni");
                m.Done();
                if (Operand(0) is not SymbolOperand label) throw Wrong("its target is no label");
                Emit(&Nothing).Flow = Flow.Branch;
                _frame.Branches.Add((_code.Count - 1, label.Name, _statement.Line));
                break;
            case "brx":
                DecodeIndirectBranch(m);
                break;
            case "call":
                DecodeCall(m);
                break;
            case "ret" when !_frame.Function.IsEntry:
                m.Take("uni");
                m.Done();
                Emit(&Nothing).Flow = Flow.Branch;
                _frame.Returns.Add(_code.Count - 1);
                break;
            case "trap":
                m.Done();
                Emit(&Nothing).Flow = Flow.Trap;
                break;
            default:
                m.Take("uni");
                m.Done();
                Emit(&Nothing).Flow = Flow.Exit;
                break;
        }
    }

    void DecodeIndirectBranch(Modifiers m)
    {
        m.Take("uni");
        if (!m.Take("idx")) throw m.Unknown("without .idx");
        m.Done();
        CheckCount(2);
        if (Operand(1) is not SymbolOperand table || !_frame.Function.BranchTargets.TryGetValue(table.Name, out string[]? labels))
            throw Wrong("its table is not declared");
        // The labels may stand further down: the table is filled by branches that are never run.
        int[] targets = new int[labels.Length];
        _tables.Add(targets);
        ref var branch = ref Emit(&Nothing, a: Source(0, PtxType.U32));
        branch.Flow = Flow.IndirectBranch;
        branch.Extra = _tables.Count - 1;
        for (int k = 0; k < labels.Length; k++)
        {
            targets[k] = _code.Count;
            Emit(&Nothing).Flow = Flow.Branch;
            _frame.Branches.Add((_code.Count - 1, labels[k], _statement.Line));
        }
    }

    void DecodeCall(Modifiers m)
    {
        m.Take("uni");
        m.Done();
        if (_statement.Guard is not null) throw m.Unknown("under a predicate");
        int at = Operand(0) is VectorOperand ? 1 : 0;
        PtxOperand[] results = at == 1 ? ((VectorOperand)Operand(0)).Elements : [];
        if (Operand(at) is not SymbolOperand name) throw m.Unknown("through a register");
        PtxOperand[] arguments = _statement.Operands.Length > at + 1 && Operand(at + 1) is VectorOperand list
            ? list.Elements : [];
        var function = _module.Function(name.Name);
        if (function?.Body is null) throw m.Unknown($"of {name.Name}, which the module does not define");
        if (function.Results.Count != results.Length || function.Parameters.Count != arguments.Length)
            throw Wrong("its operands are not the function's");
        var frame = new Frame(function);
        Bind(frame, function.Results, results);
        Bind(frame, function.Parameters, arguments);
        DecodeBody(frame);
    }

    /// <summary>The function's parameters are the caller's variables under another name.</summary>
    void Bind(Frame frame, List<PtxVariable> parameters, PtxOperand[] operands)
    {
        for (int k = 0; k < operands.Length; k++)
        {
            if (operands[k] is not SymbolOperand symbol || Address(symbol).Space != PtxSpace.Local)
                throw Wrong("an argument is no .param variable");
            frame.Local[parameters[k].Name] = _frame.Local[symbol.Name];
        }
    }

    void DecodeBarrier(Modifiers m)
    {
        if (m.Take("warp"))
        {
            m.TakeAll("sync");
            m.Done();
            CheckCount(1);
            ref var sync = ref Emit(&Nothing);
            sync.Flow = Flow.WarpBarrier;
            sync.Mask = -1;
            Code[^1].Mask = Source(0, PtxType.U32);
            return;
        }
        bool aligned = m.Take("aligned") | m.Statement.Op[0] == "bar";
        m.Take("cta");
        string kind = m.TakeAny("sync", "red", "arrive") ?? throw m.Unknown("of this kind");
        var reduction = kind == "arrive" ? BarrierReduction.Arrive : kind == "sync" ? BarrierReduction.None
            : m.TakeAny("popc", "and", "or") switch
        {
            "popc" => BarrierReduction.PopCount,
            "and" => BarrierReduction.And,
            "or" => BarrierReduction.Or,
            _ => throw m.Unknown("with this reduction"),
        };
        bool reduces = kind == "red";
        if (reduces) m.TakeType();
        m.Done();
        int first = reduces ? 1 : 0, last = _statement.Operands.Length - (reduces ? 1 : 0);
        int number = Source(first, PtxType.U32), count = last - first > 1 ? Source(first + 1, PtxType.U32) : -1, c = -1, d = -1;
        bool negated = false;
        if (reduces)
        {
            c = Predicate(Operand(last), out negated);
            d = Dest(0, reduction == BarrierReduction.PopCount ? PtxType.U32 : PtxType.Pred);
        }
        ref var barrier = ref Emit(&Nothing, d, number, count, c, aligned ? 1ul : 0);
        barrier.Flow = Flow.BlockBarrier;
        barrier.Extra = (int)reduction;
        barrier.Target = negated ? -1 : 0;
    }

    void DecodeFence(Modifiers m)
    {
        m.TakeAll("cta", "gl", "sys", "gpu", "sc", "acq_rel");
        m.Done();
        Emit(&WarpOps.Fence);
    }

    void DecodeWarpOp(Modifiers m)
    {
        switch (m.Statement.Op[0])
        {
            case "shfl":
                DecodeShuffle(m);
                break;
            case "vote":
                DecodeVote(m);
                break;
            case "activemask":
                m.TakeType();
                m.Done();
                Emit(&WarpOps.ActiveMask, Dest(0, PtxType.B32));
                break;
            case "redux":
                DecodeRedux(m);
                break;
            case "match":
                Require(m, "sync");
                Require(m, "any");
                var type = m.TakeType();
                m.Done();
                EmitConverging(LaneBytes(type) == 8 ? &WarpOps.Match<ulong> : &WarpOps.Match<uint>, Source(2, PtxType.B32),
                    Dest(0, PtxType.B32), Source(1, type));
                break;
            case "mma":
                DecodeMatrixMultiply(m);
                break;
            default:
                DecodeMatrixLoad(m);
                break;
        }
    }

    static void Require(Modifiers m, string name)
    {
        if (!m.Take(name)) throw m.Unknown($"without .{name}");
    }

    ref Instruction EmitConverging(Handler run, int mask, int d = -1, int a = -1, int b = -1, int c = -1, ulong immediate = 0)
    {
        ref var instruction = ref Emit(run, d, a, b, c, immediate);
        instruction.Flow = Flow.Converge;
        instruction.Mask = mask;
        return ref instruction;
    }

    void DecodeShuffle(Modifiers m)
    {
        Require(m, "sync");
        var mode = m.TakeAny("up", "down", "bfly", "idx") switch
        {
            "up" => ShuffleMode.Up,
            "down" => ShuffleMode.Down,
            "bfly" => ShuffleMode.Butterfly,
            "idx" => ShuffleMode.Index,
            _ => throw m.Unknown("with this mode"),
        };
        Require(m, "b32");
        m.Done();
        CheckCount(5);
        var (first, second) = Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (Operand(0), null);
        int d = Dest(first, PtxType.B32), d2 = second is null ? -1 : Dest(second, PtxType.Pred);
        int a = Source(1, PtxType.B32), b = Source(2, PtxType.B32), c = Source(3, PtxType.B32), mask = Source(4, PtxType.B32);
        EmitConverging(&WarpOps.Shuffle, mask, d, a, b, c, (ulong)mode).D2 = d2;
    }

    void DecodeVote(Modifiers m)
    {
        Require(m, "sync");
        ulong mode = m.TakeAny("ballot", "all", "any", "uni") switch { "ballot" => 0, "all" => 1, "any" => 2, "uni" => 3,
            _ => throw m.Unknown("with this mode") };
        m.TakeType();
        m.Done();
        CheckCount(3);
        int a = Predicate(Operand(1), out bool negated), mask = Source(2, PtxType.B32);
        int d = Dest(0, mode == 0 ? PtxType.B32 : PtxType.Pred);
        EmitConverging(&WarpOps.Vote, mask, d, a, immediate: mode | (negated ? 0xFFFFFFFFul << 32 : 0));
    }

    void DecodeRedux(Modifiers m)
    {
        Require(m, "sync");
        var op = m.TakeAny("add", "min", "max", "and", "or", "xor") switch
        {
            "add" => AtomicOp.Add,
            "min" => AtomicOp.Minimum,
            "max" => AtomicOp.Maximum,
            "and" => AtomicOp.And,
            "or" => AtomicOp.Or,
            "xor" => AtomicOp.Xor,
            _ => throw m.Unknown("with this operation"),
        };
        var type = m.TakeType();
        m.Done();
        CheckCount(3);
        int d = Dest(0, type), a = Source(1, type), mask = Source(2, PtxType.B32);
        EmitConverging(&WarpOps.Reduce, mask, d, a, immediate: (ulong)op).D2 = type == PtxType.S32 ? 1 : 0;
    }

    void DecodeMatrixMultiply(Modifiers m)
    {
        Require(m, "sync");
        Require(m, "aligned");
        string shape = m.TakeAny("m16n8k16", "m16n8k8", "m16n8k4") ?? throw m.Unknown("with this shape");
        Require(m, "row");
        Require(m, "col");
        Require(m, "f32");
        var type = m.TakeType();
        if (m.TakeType() != type || m.TakeType() != PtxType.F32) throw m.Unknown("with these types");
        m.Done();
        CheckCount(4);
        int k = int.Parse(shape.AsSpan(6));
        var matrix = (type, k) switch
        {
            (PtxType.BF16, 8 or 16) => MatrixType.BF16,
            (PtxType.F16, 8 or 16) => MatrixType.F16,
            (PtxType.TF32, 4 or 8) => MatrixType.TF32,
            _ => throw m.Unknown($"of shape {shape} and type {type}"),
        };
        int words = matrix == MatrixType.TF32 ? k / 4 : k / 8;
        int[] d = Registers(0, 4, true), a = Registers(1, 2 * words, false), b = Registers(2, words, false),
            c = Registers(3, 4, false);
        _matrices.Add(new MatrixOp(matrix, k, d, a, b, c));
        EmitConverging(&MatrixOps.Multiply, Constant(uint.MaxValue, PtxType.B32)).Extra = _matrices.Count - 1;
    }

    int[] Registers(int index, int count, bool results)
    {
        if (Operand(index) is not VectorOperand vector || vector.Elements.Length != count)
            throw Wrong($"operand {index + 1} does not have {count} elements");
        return [.. vector.Elements.Select(e => results ? Dest(e, PtxType.B32) : Source(e, PtxType.B32))];
    }

    void DecodeMatrixLoad(Modifiers m)
    {
        Require(m, "sync");
        Require(m, "aligned");
        Require(m, "m8n8");
        int count = m.Take("x1") ? 1 : m.Take("x2") ? 2 : m.Take("x4") ? 4 : throw m.Unknown("without a count");
        bool transposed = m.Take("trans");
        if (TakeSpace(m) != PtxSpace.Shared) throw m.Unknown("of this space");
        Require(m, "b16");
        m.Done();
        CheckCount(2);
        int[] registers = count == 1 && Operand(0) is RegisterOperand ? [Dest(0, PtxType.B32)] : Registers(0, count, true);
        int index = AddMemory(Operand(1), PtxSpace.Shared, PtxType.B32, 4, registers);
        int mask = Constant(uint.MaxValue, PtxType.B32);
        EmitConverging(&MatrixOps.Load, mask, immediate: transposed ? 1ul : 0).Extra = index;
    }
}
