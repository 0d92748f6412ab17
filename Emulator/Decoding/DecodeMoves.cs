namespace Ssgan.Emulator;

// Comparisons, selections, moves and conversions.
sealed unsafe partial class KernelDecoder
{
    void DecodeComparison(Modifiers m)
    {
        switch (m.Statement.Op[0])
        {
            case "selp":
                var type = m.TakeType();
                m.Done();
                CheckCount(4);
                int predicate = Predicate(Operand(3), out bool negated);
                Emit(LaneBytes(type) == 8 ? &Comparisons.Select<ulong> : &Comparisons.Select<uint>, Dest(0, type),
                    Source(1, type), Source(2, type), predicate, negated ? uint.MaxValue : 0);
                break;
            case "slct":
                PtxType value = m.TakeType(), by = m.TakeType();
                m.Done();
                CheckCount(4);
                if (value.Bytes() != 4 || by is not (PtxType.S32 or PtxType.F32)) throw m.Unknown($"of types {value} and {by}");
                Emit(by == PtxType.S32 ? &Selections.BySign<No> : &Selections.BySign<Yes>, Dest(0, value), Source(1, value),
                    Source(2, value), Source(3, by));
                break;
            case "setp":
                DecodeSetPredicate(m);
                break;
            default:
                throw m.Unknown("yet: compare into a predicate instead");
        }
    }

    int Predicate(PtxOperand operand, out bool negated)
    {
        negated = operand is RegisterOperand { Negated: true };
        return operand is RegisterOperand { Register.Type: PtxType.Pred } r ? Slot(r.Register) : Source(operand, PtxType.Pred);
    }

    void DecodeSetPredicate(Modifiers m)
    {
        string name = m.TakeAny("equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan", "eq", "ne", "lt", "le", "gt",
            "ge", "lo", "ls", "hi", "hs")
            ?? throw m.Unknown("without a comparison");
        string? combine = m.TakeAny("and", "or", "xor");
        bool flush = m.Take("ftz");
        var type = m.TakeType();
        m.Done();
        CheckCount(combine is null ? 3 : 4);
        var (first, second) = Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (Operand(0), null);
        int a = Source(1, type), b = Source(2, type);
        if (flush) (a, b) = (Flushed(a), Flushed(b));
        if (type is PtxType.F16 or PtxType.BF16) (a, b, type) = (ToSingle(a, type), ToSingle(b, type), PtxType.F32);
        bool swap = name is "gt" or "ge" or "hi" or "hs" or "leu" or "ltu";
        // a > b is b < a; the unordered comparisons are the opposites of ordered ones: a < b or unordered is not (b <= a).
        var (kind, inverted) = name switch
        {
            "eq" => (CompareKind.Equal, false),
            "ne" => type.IsFloat() ? (CompareKind.UnorderedOrEqual, true) : (CompareKind.Equal, true),
            "equ" => (CompareKind.UnorderedOrEqual, false),
            "neu" => (CompareKind.Equal, true),
            "lt" or "gt" or "lo" or "hi" => (CompareKind.Less, false),
            "le" or "ge" or "ls" or "hs" => (CompareKind.LessOrEqual, false),
            "ltu" or "gtu" => (CompareKind.LessOrEqual, true),
            "leu" or "geu" => (CompareKind.Less, true),
            "nan" => (CompareKind.Unordered, false),
            _ => (CompareKind.Unordered, true),
        };
        if (swap) (a, b) = (b, a);
        var mode = inverted ? Compare.Inverted : Compare.Plain;
        int c = -1;
        if (combine is not null)
        {
            c = Predicate(Operand(3), out bool negated);
            mode |= combine switch { "and" => Compare.And, "or" => Compare.Or, _ => Compare.Xor };
            if (negated) mode |= Compare.OtherInverted;
        }
        bool unsignedWord = name is "lo" or "ls" or "hi" or "hs";
        var compared = unsignedWord && type.IsSigned() ? type - PtxType.S8 + PtxType.U8 : type;
        int d = Dest(first, PtxType.Pred), d2 = second is null ? -1 : Dest(second, PtxType.Pred);
        Emit(PickCompare(m, compared, kind), d, a, b, c, (ulong)mode).D2 = d2;
    }

    enum CompareKind
    {
        Equal,
        Less,
        LessOrEqual,
        Unordered,
        UnorderedOrEqual,
    }

    static Handler PickCompare(Modifiers m, PtxType type, CompareKind kind) => type switch
    {
        PtxType.B16 or PtxType.U16 => ScalarCompare<ushort>(m, kind),
        PtxType.S16 => ScalarCompare<short>(m, kind),
        PtxType.B32 or PtxType.U32 => VectorCompare<uint>(m, kind),
        PtxType.S32 => VectorCompare<int>(m, kind),
        PtxType.B64 or PtxType.U64 => VectorCompare<ulong>(m, kind),
        PtxType.S64 => VectorCompare<long>(m, kind),
        PtxType.F32 => VectorCompare<float>(m, kind),
        PtxType.F64 => VectorCompare<double>(m, kind),
        _ => throw m.Unknown($"of type {type}"),
    };

    static Handler VectorCompare<T>(Modifiers m, CompareKind kind) where T : unmanaged, System.Numerics.INumber<T> => kind switch
    {
        CompareKind.Equal => &Comparisons.Vector<T, Equal<T>>,
        CompareKind.Less => &Comparisons.Vector<T, Less<T>>,
        CompareKind.LessOrEqual => &Comparisons.Vector<T, LessOrEqual<T>>,
        CompareKind.Unordered => &Comparisons.Vector<T, Unordered<T>>,
        CompareKind.UnorderedOrEqual => &Comparisons.Vector<T, UnorderedOrEqual<T>>,
        _ => throw m.Unknown($"with the comparison {kind}"),
    };

    static Handler ScalarCompare<T>(Modifiers m, CompareKind kind) where T : unmanaged, System.Numerics.INumber<T> => kind switch
    {
        CompareKind.Equal => &Comparisons.Scalar<T, Equal<T>>,
        CompareKind.Less => &Comparisons.Scalar<T, Less<T>>,
        CompareKind.LessOrEqual => &Comparisons.Scalar<T, LessOrEqual<T>>,
        _ => throw m.Unknown($"with the comparison {kind}"),
    };

    int Flushed(int slot)
    {
        int flushed = Allocate(4);
        Emit(&Lanes.Vector1<float, FlushOnly>, flushed, slot);
        return flushed;
    }

    int ToSingle(int slot, PtxType type)
    {
        int single = Allocate(4);
        Emit(&Conversions.Any, single, slot,
            immediate: new Conversion(PtxType.F32, type, Rounding.None, false, false, false, 32).Pack());
        return single;
    }

    void DecodeMove(Modifiers m)
    {
        var type = m.TakeType();
        m.Done();
        CheckCount(2);
        if (Operand(0) is VectorOperand unpacked)
        {
            DecodeUnpack(unpacked, type);
            return;
        }
        if (Operand(1) is VectorOperand packed)
        {
            int bits = type.Bytes() * 8 / packed.Elements.Length;
            var element = bits switch { 32 => PtxType.B32, 16 => PtxType.B16,
                _ => throw m.Unknown($"of {packed.Elements.Length} elements") };
            _tables.Add([.. packed.Elements.Select(e => Source(e, element))]);
            Emit(&Selections.Pack, Dest(0, type), immediate: (ulong)bits).Extra = _tables.Count - 1;
            return;
        }
        if (type == PtxType.Pred)
        {
            int from = Source(1, type);
            Emit(&Comparisons.Predicate, Dest(0, type), from, from, immediate: 0b1100);
            return;
        }
        bool wide = type.Bytes() == 8;
        if (Operand(1) is SpecialOperand { Name: "%clock64" or "%globaltimer" or "%clock" or "%clock_hi" or "%globaltimer_lo" })
        {
            Emit(wide ? &WarpOps.Clock<ulong> : &WarpOps.Clock<uint>, Dest(0, type));
            return;
        }
        int source = Source(1, wide || Operand(1) is not SymbolOperand ? type : throw Wrong("an address has 64 bits"));
        Emit(wide ? &Lanes.Vector1<ulong, Copy<ulong>> : &Lanes.Vector1<uint, Copy<uint>>, Dest(0, type), source);
    }

    void DecodeUnpack(VectorOperand unpacked, PtxType type)
    {
        int bits = type.Bytes() * 8 / unpacked.Elements.Length;
        var element = bits == 32 ? PtxType.B32 : PtxType.B16;
        _tables.Add([.. unpacked.Elements.Select(e => e is SinkOperand ? -1 : Dest(e, element))]);
        Emit(&Selections.Unpack, a: Source(1, type), immediate: (ulong)bits).Extra = _tables.Count - 1;
    }

    void DecodeConversion(Modifiers m)
    {
        PtxType to = m.TakeType(), from = m.TakeType();
        var rounding = m.TakeAny("rni", "rzi", "rmi", "rpi", "rna", "rn", "rz", "rm", "rp") switch
        {
            "rni" => Rounding.NearestInteger,
            "rzi" => Rounding.ZeroInteger,
            "rmi" => Rounding.DownInteger,
            "rpi" => Rounding.UpInteger,
            "rna" => Rounding.Away,
            "rn" => Rounding.Nearest,
            "rz" => Rounding.Zero,
            "rm" => Rounding.Down,
            "rp" => Rounding.Up,
            _ => Rounding.None,
        };
        bool flush = m.Take("ftz"), saturate = m.Take("sat"), relu = m.Take("relu");
        m.Done();
        if (to == PtxType.TF32 != (rounding == Rounding.Away)) throw m.Unknown("with this rounding");
        if (to is PtxType.BF16x2 or PtxType.F16x2)
        {
            CheckCount(3);
            if (from != PtxType.F32) throw m.Unknown($"from type {from}");
            Emit(&Conversions.Pack, Dest(0, to), Source(1, from), Source(2, from),
                immediate: new Conversion(to, from, rounding, flush, saturate, relu, 32).Pack());
            return;
        }
        CheckCount(2);
        int a = ConversionSource(from), d = AnyWidth(Operand(0), out int bits);
        if (bits < to.Bytes() * 8) throw Wrong("its result is too narrow");
        bool plain = !flush && !saturate && !relu;
        Handler run = (to, from, rounding) switch
        {
            (PtxType.U64 or PtxType.S64, PtxType.U32, _) when plain => &Conversions.Widen<uint, ulong>,
            (PtxType.U64 or PtxType.S64, PtxType.S32, _) when plain => &Conversions.Widen<int, long>,
            (PtxType.U32 or PtxType.S32, PtxType.U64 or PtxType.S64, _) when plain && bits == 32 => &Conversions.Narrow,
            (PtxType.F32, PtxType.S32, Rounding.Nearest) when plain => &Conversions.SignedToSingle,
            (PtxType.F32, PtxType.U32, Rounding.Nearest) when plain => &Lanes.Scalar1<uint, float, UnsignedToSingle>,
            (PtxType.S32, PtxType.F32, Rounding.ZeroInteger) when plain && bits == 32 =>
                &Lanes.Scalar1<float, int, SingleToSigned>,
            (PtxType.F32, PtxType.F32, Rounding.DownInteger) when plain => &Lanes.Vector1<float, Floor>,
            (PtxType.F32, PtxType.F32, Rounding.UpInteger) when plain => &Lanes.Vector1<float, Ceiling>,
            (PtxType.F32, PtxType.F32, Rounding.ZeroInteger) when plain => &Lanes.Vector1<float, Truncate>,
            (PtxType.F32, PtxType.F32, Rounding.NearestInteger) when plain => &Lanes.Vector1<float, Nearest>,
            _ => &Conversions.Any,
        };
        Emit(run, d, a, immediate: new Conversion(to, from, rounding, flush, saturate, relu, bits).Pack());
    }

    /// <summary>A conversion reads the low bits of a register that is wider than its type.</summary>
    int ConversionSource(PtxType from)
    {
        if (Operand(1) is not RegisterOperand) return Source(1, from);
        int a = AnyWidth(Operand(1), out int bits);
        if (bits < from.Bytes() * 8) throw Wrong("its operand is too narrow");
        if (bits != 64 || from.Bytes() == 8) return a;
        int narrow = Allocate(4);
        Emit(&Conversions.Narrow, narrow, a);
        return narrow;
    }

    void DecodeAddressConversion(Modifiers m)
    {
        bool toSpace = m.Take("to");
        string space = m.TakeAny("global", "shared", "shared::cta", "local", "const") ?? throw m.Unknown("with this space");
        var type = m.TakeType();
        m.Done();
        CheckCount(2);
        if (type.Bytes() != 8) throw m.Unknown($"of type {type}");
        int d = Dest(0, type), a = Source(1, type);
        ulong window = space switch { "shared" or "shared::cta" => Windows.Shared, "local" => Windows.Local, _ => 0 };
        if (window == 0) Emit(&Lanes.Vector1<ulong, Copy<ulong>>, d, a);
        else Emit(toSpace ? &Lanes.Vector2<ulong, Subtract<ulong>> : &Lanes.Vector2<ulong, Add<ulong>>, d, a,
            Constant(window, PtxType.U64));
    }
}
