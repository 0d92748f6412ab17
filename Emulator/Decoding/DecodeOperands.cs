namespace Ssgan.Emulator;

// Registers, constants and variables: where they lie.
sealed unsafe partial class KernelDecoder
{
    readonly Dictionary<(int LaneBytes, ulong Bits, string? Variable), ConstantSlot> _constants = [];
    readonly Dictionary<string, SpecialSlot> _specials = [];
    readonly List<(ConstantSlot Slot, (int, ulong, string?) Key)> _dynamic = [];
    int _registerBytes, _predicates, _predicateEnd, _sink = -1;

    static int LaneBytes(PtxType type) => type == PtxType.Pred ? 1 : type.Bytes() == 8 ? 8 : 4;

    /// <summary>Room for a register: a word for a predicate, else 32 lanes, aligned for vector loads.</summary>
    int Allocate(int laneBytes)
    {
        if (laneBytes == 1)
        {
            if (_predicates == _predicateEnd)
            {
                _predicates = _registerBytes;
                _registerBytes += 64;
                _predicateEnd = _registerBytes;
            }
            _predicates += 4;
            return _predicates - 4;
        }
        _registerBytes += Lanes.Count * laneBytes;
        return _registerBytes - Lanes.Count * laneBytes;
    }

    int Slot(PtxRegister register)
    {
        if (_frame.Registers.TryGetValue(register.Index, out int offset)) return offset;
        offset = Allocate(LaneBytes(register.Type));
        _frame.Registers[register.Index] = offset;
        return offset;
    }

    /// <summary>The place of a value of a type; a register must have the type's width.</summary>
    int Source(int index, PtxType type) => Source(Operand(index), type);

    int Source(PtxOperand operand, PtxType type)
    {
        switch (operand)
        {
            case RegisterOperand { Negated: false } r:
                if (LaneBytes(r.Register.Type) != LaneBytes(type))
                    throw Wrong($"{r.Register.Name} of type {r.Register.Type} is no operand of type {type}");
                return Slot(r.Register);
            case NumberOperand number:
                return Constant(Bits(number, type), type);
            case SpecialOperand special:
                return Special(special.Name);
            case SymbolOperand symbol:
                return Address(symbol).Slot;
            default:
                throw Wrong($"an operand is not of type {type}");
        }
    }

    /// <summary>The place of a result; one that nobody wants has a place that nobody reads.</summary>
    int Dest(int index, PtxType type) => Dest(Operand(index), type);

    int Dest(PtxOperand operand, PtxType type)
    {
        if (operand is SinkOperand)
        {
            if (_sink < 0) _sink = Allocate(8);
            return _sink;
        }
        return operand is RegisterOperand ? Source(operand, type) : throw Wrong("a result is not a register");
    }

    /// <summary>The bits of a register that may be wider than the type: of loads, stores and conversions.</summary>
    int AnyWidth(PtxOperand operand, out int bits)
    {
        if (operand is not RegisterOperand { Negated: false } r || r.Register.Type == PtxType.Pred)
            throw Wrong("an operand is not a register");
        bits = r.Register.Type.Bytes() * 8;
        return Slot(r.Register);
    }

    static ulong Bits(NumberOperand number, PtxType type)
    {
        if (type == PtxType.Pred) return number.Bits != 0 ? 1ul : 0;
        if (number.Type == PtxType.F64 && type == PtxType.F32)
            return BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(number.Bits));
        return type.Bytes() switch
        {
            1 => (byte)number.Bits,
            2 => (ushort)number.Bits,
            4 => (uint)number.Bits,
            _ => number.Bits,
        };
    }

    int Constant(ulong bits, PtxType type) => Constant(bits, LaneBytes(type), null);

    int Constant(ulong bits, int laneBytes, string? variable)
    {
        var key = (laneBytes, bits, variable);
        if (_constants.TryGetValue(key, out var slot)) return slot.Offset;
        slot = new ConstantSlot(Allocate(laneBytes), laneBytes, bits, variable);
        _constants[key] = slot;
        return slot.Offset;
    }

    int Special(string name)
    {
        if (_specials.TryGetValue(name, out var slot)) return slot.Offset;
        if (!s_specials.Contains(name))
            throw new EmulatorFault(FaultKind.Unknown,
                $"Line {_statement.Line}, {_statement.Text}: the emulator does not know the register {name}.");
        slot = new SpecialSlot(Allocate(4), name);
        _specials[name] = slot;
        return slot.Offset;
    }

    static readonly HashSet<string> s_specials =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x",
        "%nctaid.y", "%nctaid.z", "%laneid", "%warpid", "%nwarpid", "%smid", "%nsmid", "%lanemask_eq", "%lanemask_lt",
        "%lanemask_le", "%lanemask_gt", "%lanemask_ge", "%dynamic_smem_size", "%total_smem_size",
    ];

    /// <summary>A variable's space, and the constant that holds its address in that space.</summary>
    (PtxSpace Space, int Slot) Address(SymbolOperand symbol)
    {
        ulong offset = (ulong)symbol.Offset;
        if (_frame.Local.TryGetValue(symbol.Name, out int local))
            return (PtxSpace.Local, Constant((ulong)local + offset, 8, null));
        var variable = _statement.Scope?.Variable(symbol.Name) ?? _frame.Function.Parameters.Find(p => p.Name == symbol.Name)
            ?? _module.Variable(symbol.Name)
            ?? throw Wrong($"there is no variable {symbol.Name}");
        switch (variable.Space)
        {
            case PtxSpace.Global or PtxSpace.Constant:
                return (variable.Space, Constant(offset, 8, variable.Name));
            case PtxSpace.Parameter when _frame.Function.IsEntry && _frame.Function.Parameters.Contains(variable):
                return (PtxSpace.Parameter, Constant((ulong)variable.Offset + offset, 8, null));
            case PtxSpace.Shared when variable.Bytes == 0:
                return (PtxSpace.Shared, DynamicShared(variable, offset));
            case PtxSpace.Shared:
                return (PtxSpace.Shared, Constant((ulong)SharedOffset(variable) + offset, 8, null));
            default:
                _localBytes = Align(_localBytes, variable.Align);
                _frame.Local[variable.Name] = _localBytes;
                _localBytes += (int)variable.Bytes;
                return Address(symbol);
        }
    }

    /// <summary>
    /// Shared arrays are apart by a gap that nobody may touch, so that running past the end of one does not hit the next.
    /// </summary>
    int SharedOffset(PtxVariable variable)
    {
        if (_shared.TryGetValue(variable, out int offset)) return offset;
        offset = Align(_sharedEnd, Math.Max(variable.Align, SharedGap));
        _shared[variable] = offset;
        _sharedEnd = Align(offset + (int)variable.Bytes, 4) + SharedGap;
        _gaps.Add((Align(offset + (int)variable.Bytes, 4), SharedGap));
        _sharedBytes = Align(_sharedBytes, variable.Align) + (int)variable.Bytes;
        return offset;
    }

    // Dynamic shared memory lies behind all other shared arrays, whose number is known only at the end.
    int DynamicShared(PtxVariable variable, ulong offset)
    {
        _dynamicAlign = Math.Max(_dynamicAlign, variable.Align);
        var key = (8, offset, ".dynamic");
        if (!_constants.TryGetValue(key, out var slot))
        {
            slot = new ConstantSlot(Allocate(8), 8, offset, null);
            _constants[key] = slot;
            _dynamic.Add((slot, key));
        }
        return slot.Offset;
    }

    void ResolveDynamicShared(int dynamicOffset)
    {
        foreach (var (slot, key) in _dynamic) _constants[key] = slot with { Bits = slot.Bits + (ulong)dynamicOffset };
    }
}
