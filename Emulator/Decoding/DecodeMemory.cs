namespace Ssgan.Emulator;

// Loads, stores, atomics, asynchronous copies.
sealed unsafe partial class KernelDecoder
{
    static readonly string[] s_cacheHints =
    [
        "ca", "cg", "cs", "lu", "cv", "wb", "wt", "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last",
        "L1::no_allocate", "L2::64B", "L2::128B", "L2::256B",
    ];

    static readonly string[] s_orders = ["weak", "volatile", "relaxed", "acquire", "release", "acq_rel", "cta", "gpu", "sys"];

    static PtxSpace TakeSpace(Modifiers m) => m.TakeAny("global", "shared", "shared::cta", "local", "const", "param") switch
    {
        "global" => PtxSpace.Global,
        "shared" or "shared::cta" => PtxSpace.Shared,
        "local" => PtxSpace.Local,
        "const" => PtxSpace.Constant,
        "param" => PtxSpace.Parameter,
        _ => PtxSpace.Generic,
    };

    /// <summary>The address operand's register or constant; a parameter of a call lies in local memory.</summary>
    (int Slot, bool Wide, PtxSpace Space) AddressOf(PtxOperand operand, PtxSpace space)
    {
        if (operand is not AddressOperand address) throw Wrong("its address is not in brackets");
        if (address.Base is SymbolOperand symbol)
        {
            var (where, slot) = Address(symbol);
            if (space == PtxSpace.Parameter && where == PtxSpace.Local) space = PtxSpace.Local;
            bool fits = where == space || space == PtxSpace.Generic && where is PtxSpace.Global or PtxSpace.Constant;
            return fits ? (slot, true, space) : throw Wrong($"{symbol.Name} is not in {space} memory");
        }
        if (address.Base is NumberOperand number) return (Constant(number.Bits, 8, null), true, space);
        int register = AnyWidth(address.Base, out int bits);
        return bits >= 32 ? (register, bits == 64, space) : throw Wrong("its address is too narrow");
    }

    int AddMemory(PtxOperand address, PtxSpace space, PtxType type, int count, int[] registers, bool nonCoherent = false)
    {
        var (slot, wide, where) = AddressOf(address, space);
        if (where is PtxSpace.Shared or PtxSpace.Generic) _sharedGrain = Math.Min(_sharedGrain, Math.Min(4, type.Bytes()));
        _memory.Add(new MemoryOp
        {
            Space = where,
            Type = type,
            Count = count,
            Bytes = count * type.Bytes(),
            Registers = registers,
            Address = slot,
            WideAddress = wide,
            Offset = ((AddressOperand)address).Offset,
            Index = _memory.Count,
            IsNonCoherent = nonCoherent,
        });
        return _memory.Count - 1;
    }

    void DecodeLoadStore(Modifiers m)
    {
        bool load = m.Statement.Op[0] != "st";
        var space = TakeSpace(m);
        m.TakeAll(s_cacheHints);
        bool nonCoherent = m.Take("nc");
        m.TakeAll(s_orders);
        if (nonCoherent && (!load || space != PtxSpace.Global)) throw Wrong("only a load of global memory is non-coherent");
        int count = m.Take("v2") ? 2 : m.Take("v4") ? 4 : 1;
        var type = m.TakeType();
        m.Done();
        CheckCount(2);
        if (count * type.Bytes() > 16) throw m.Unknown($"of {count} elements of type {type}");
        var value = Operand(load ? 0 : 1);
        var elements = value is VectorOperand vector ? vector.Elements : [value];
        if (elements.Length != count) throw Wrong($"it has {elements.Length} elements where {count} are wanted");
        int bits = type.Bytes() == 8 ? 64 : 32;
        int[] registers = new int[count];
        for (int e = 0; e < count; e++)
        {
            if (load && elements[e] is SinkOperand)
            {
                registers[e] = -1;
                continue;
            }
            int width = bits;
            registers[e] = elements[e] is RegisterOperand ? AnyWidth(elements[e], out width) : load ? Dest(elements[e], type)
                : Source(elements[e], type);
            if (width < type.Bytes() * 8) throw Wrong("a register is too narrow");
            if (e > 0 && width != bits) throw Wrong("its registers have different widths");
            bits = width;
        }
        int index = AddMemory(Operand(load ? 1 : 0), space, type, count, registers, nonCoherent);
        var where = _memory[index].Space;
        if (!load && where is PtxSpace.Constant or PtxSpace.Parameter) throw Wrong($"{where} memory is read only");
        Emit(load ? PickLoad(where, type, bits) : PickStore(where, type, bits == 64)).Extra = index;
    }

    static Handler PickLoad(PtxSpace space, PtxType type, int bits) => space switch
    {
        PtxSpace.Global or PtxSpace.Constant => PickLoad<GlobalSpace>(type, bits),
        PtxSpace.Shared => PickLoad<SharedSpace>(type, bits),
        PtxSpace.Local => PickLoad<LocalSpace>(type, bits),
        PtxSpace.Parameter =>
            bits switch { 64 => PickParameter<ulong>(type), 32 => PickParameter<uint>(type), _ => PickParameter<ushort>(type) },
        _ => PickLoad<GenericSpace>(type, bits),
    };

    static Handler PickLoad<TSpace>(PtxType type, int bits) where TSpace : ISpace => bits switch
    {
        64 => PickLoad<TSpace, ulong>(type),
        32 => PickLoad<TSpace, uint>(type),
        _ => PickLoad<TSpace, ushort>(type),
    };

    static Handler PickLoad<TSpace, TD>(PtxType type) where TSpace : ISpace where TD : unmanaged,
        System.Numerics.IBinaryInteger<TD> => type switch
    {
        PtxType.B8 or PtxType.U8 => &LoadStore.Load<byte, TD, TSpace>,
        PtxType.S8 => &LoadStore.Load<sbyte, TD, TSpace>,
        PtxType.S16 => &LoadStore.Load<short, TD, TSpace>,
        PtxType.S32 => &LoadStore.Load<int, TD, TSpace>,
        _ => type.Bytes() switch
        {
            2 => &LoadStore.Load<ushort, TD, TSpace>,
            4 => &LoadStore.Load<uint, TD, TSpace>,
            _ => &LoadStore.Load<ulong, TD, TSpace>,
        },
    };

    static Handler PickParameter<TD>(PtxType type) where TD : unmanaged, System.Numerics.IBinaryInteger<TD> => type switch
    {
        PtxType.B8 or PtxType.U8 => &LoadStore.LoadParameter<byte, TD>,
        PtxType.S8 => &LoadStore.LoadParameter<sbyte, TD>,
        PtxType.S16 => &LoadStore.LoadParameter<short, TD>,
        PtxType.S32 => &LoadStore.LoadParameter<int, TD>,
        _ => type.Bytes() switch
        {
            2 => &LoadStore.LoadParameter<ushort, TD>,
            4 => &LoadStore.LoadParameter<uint, TD>,
            _ => &LoadStore.LoadParameter<ulong, TD>,
        },
    };

    static Handler PickStore(PtxSpace space, PtxType type, bool wide) => space switch
    {
        PtxSpace.Global => PickStore<GlobalSpace>(type, wide),
        PtxSpace.Shared => PickStore<SharedSpace>(type, wide),
        PtxSpace.Local => PickStore<LocalSpace>(type, wide),
        _ => PickStore<GenericSpace>(type, wide),
    };

    static Handler PickStore<TSpace>(PtxType type, bool wide) where TSpace : ISpace => (type.Bytes(), wide) switch
    {
        (1, false) => &LoadStore.Store<byte, uint, TSpace>,
        (2, false) => &LoadStore.Store<ushort, uint, TSpace>,
        (4, false) => &LoadStore.Store<uint, uint, TSpace>,
        (1, true) => &LoadStore.Store<byte, ulong, TSpace>,
        (2, true) => &LoadStore.Store<ushort, ulong, TSpace>,
        (4, true) => &LoadStore.Store<uint, ulong, TSpace>,
        _ => &LoadStore.Store<ulong, ulong, TSpace>,
    };

    void DecodeAtomic(Modifiers m)
    {
        bool wanted = m.Statement.Op[0] == "atom";
        var space = TakeSpace(m);
        m.TakeAll(s_orders);
        var op = m.TakeAny("add", "exch", "cas", "min", "max", "and", "or", "xor", "inc", "dec") switch
        {
            "add" => AtomicOp.Add,
            "exch" => AtomicOp.Exchange,
            "cas" => AtomicOp.CompareExchange,
            "min" => AtomicOp.Minimum,
            "max" => AtomicOp.Maximum,
            "and" => AtomicOp.And,
            "or" => AtomicOp.Or,
            "xor" => AtomicOp.Xor,
            "inc" => AtomicOp.Increment,
            "dec" => AtomicOp.Decrement,
            _ => throw m.Unknown("with this operation"),
        };
        var type = m.TakeType();
        m.Done();
        if (type.Bytes() is not (4 or 8) || type is PtxType.F16x2 or PtxType.BF16x2 or PtxType.TF32)
            throw m.Unknown($"of type {type}");
        if (type.IsFloat() && op is not (AtomicOp.Add or AtomicOp.Exchange)) throw m.Unknown($"{op} of type {type}");
        int first = wanted ? 1 : 0;
        CheckCount(first + (op == AtomicOp.CompareExchange ? 3 : 2));
        int index = AddMemory(Operand(first), space, type, 1, []);
        int d = wanted && Operand(0) is not SinkOperand ? Dest(0, type) : -1, a = Source(first + 1, type);
        int b = op == AtomicOp.CompareExchange ? Source(first + 2, type) : -1;
        Emit(_memory[index].Space switch
        {
            PtxSpace.Global => &Atomics.Run<GlobalSpace>,
            PtxSpace.Shared => &Atomics.Run<SharedSpace>,
            PtxSpace.Generic => &Atomics.Run<GenericSpace>,
            _ => throw Wrong("there are no atomics on this space"),
        }, d, a, b, immediate: (ulong)op).Extra = index;
    }

    void DecodeAsyncCopy(Modifiers m)
    {
        if (!m.Take("async")) throw m.Unknown("without .async");
        if (m.TakeAny("commit_group", "wait_group", "wait_all") is { } control)
        {
            m.Done();
            if (control == "commit_group") Emit(&AsyncCopies.Commit);
            else if (control == "wait_all") Emit(&AsyncCopies.Wait, immediate: ulong.MaxValue);
            else if (Operand(0) is NumberOperand groups) Emit(&AsyncCopies.Wait, immediate: groups.Bits);
            else throw Wrong("its count of groups is not a number");
            return;
        }
        m.TakeAll(s_cacheHints);
        if (!m.Take("shared") && !m.Take("shared::cta") || !m.Take("global")) throw m.Unknown("with these spaces");
        m.Done();
        if (Operand(2) is not NumberOperand { Bits: 4 or 8 or 16 } size) throw Wrong("it does not copy 4, 8 or 16 bytes");
        if (_statement.Operands.Length > 4) throw m.Unknown("with a cache policy");
        int read = _statement.Operands.Length == 4 ? Source(3, PtxType.U32) : -1;
        int source = AddMemory(Operand(1), PtxSpace.Global, PtxType.B32, (int)size.Bits / 4, []);
        AddMemory(Operand(0), PtxSpace.Shared, PtxType.B32, (int)size.Bits / 4, []);
        AddMemory(Operand(1), PtxSpace.Global, PtxType.B8, 1, []);
        Emit(&AsyncCopies.Issue<GlobalSpace>, b: read).Extra = source;
    }
}
