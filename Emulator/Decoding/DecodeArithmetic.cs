namespace Ssgan.Emulator;

// Integer and float arithmetic.
sealed unsafe partial class KernelDecoder
{
    void DecodeArithmetic(Modifiers m)
    {
        string op = m.Statement.Op[0];
        if (op is "mul" or "mad" && m.TakeAny("lo", "hi", "wide") is { } half)
        {
            DecodeMultiply(m, op, half);
            return;
        }
        var type = m.TakeType();
        if (type.IsFloat()) DecodeFloat(m, op, type);
        else DecodeInteger(m, op, type);
    }

    void DecodeInteger(Modifiers m, string op, PtxType type)
    {
        m.Done();
        if (op is "abs" or "neg")
        {
            CheckCount(2);
            Emit(Pick(op, type, m), Dest(0, type), Source(1, type));
            return;
        }
        CheckCount(3);
        Emit(Pick(op, type, m), Dest(0, type), Source(1, type), Source(2, type));
    }

    static Handler Pick(string op, PtxType type, Modifiers m) => (op, type) switch
    {
        ("add", PtxType.U16 or PtxType.S16) => &Lanes.Scalar2<ushort, ushort, Add<ushort>>,
        ("add", PtxType.U32 or PtxType.S32) => &Lanes.Vector2<uint, Add<uint>>,
        ("add", PtxType.U64 or PtxType.S64) => &Lanes.Vector2<ulong, Add<ulong>>,
        ("sub", PtxType.U16 or PtxType.S16) => &Lanes.Scalar2<ushort, ushort, Subtract<ushort>>,
        ("sub", PtxType.U32 or PtxType.S32) => &Lanes.Vector2<uint, Subtract<uint>>,
        ("sub", PtxType.U64 or PtxType.S64) => &Lanes.Vector2<ulong, Subtract<ulong>>,
        ("div", PtxType.U16) => &Lanes.Scalar2<ushort, ushort, Divide<ushort>>,
        ("div", PtxType.S16) => &Lanes.Scalar2<short, short, Divide<short>>,
        ("div", PtxType.U32) => &Lanes.Scalar2<uint, uint, Divide<uint>>,
        ("div", PtxType.S32) => &Lanes.Scalar2<int, int, Divide<int>>,
        ("div", PtxType.U64) => &Lanes.Scalar2<ulong, ulong, Divide<ulong>>,
        ("div", PtxType.S64) => &Lanes.Scalar2<long, long, Divide<long>>,
        ("rem", PtxType.U16) => &Lanes.Scalar2<ushort, ushort, Remainder<ushort>>,
        ("rem", PtxType.S16) => &Lanes.Scalar2<short, short, Remainder<short>>,
        ("rem", PtxType.U32) => &Lanes.Scalar2<uint, uint, Remainder<uint>>,
        ("rem", PtxType.S32) => &Lanes.Scalar2<int, int, Remainder<int>>,
        ("rem", PtxType.U64) => &Lanes.Scalar2<ulong, ulong, Remainder<ulong>>,
        ("rem", PtxType.S64) => &Lanes.Scalar2<long, long, Remainder<long>>,
        ("min", PtxType.U16) => &Lanes.Scalar2<ushort, ushort, Minimum<ushort>>,
        ("min", PtxType.S16) => &Lanes.Scalar2<short, short, Minimum<short>>,
        ("min", PtxType.U32) => &Lanes.Vector2<uint, Minimum<uint>>,
        ("min", PtxType.S32) => &Lanes.Vector2<int, Minimum<int>>,
        ("min", PtxType.U64) => &Lanes.Vector2<ulong, Minimum<ulong>>,
        ("min", PtxType.S64) => &Lanes.Vector2<long, Minimum<long>>,
        ("max", PtxType.U16) => &Lanes.Scalar2<ushort, ushort, Maximum<ushort>>,
        ("max", PtxType.S16) => &Lanes.Scalar2<short, short, Maximum<short>>,
        ("max", PtxType.U32) => &Lanes.Vector2<uint, Maximum<uint>>,
        ("max", PtxType.S32) => &Lanes.Vector2<int, Maximum<int>>,
        ("max", PtxType.U64) => &Lanes.Vector2<ulong, Maximum<ulong>>,
        ("max", PtxType.S64) => &Lanes.Vector2<long, Maximum<long>>,
        ("abs", PtxType.S16) => &Lanes.Scalar1<short, short, AbsoluteInteger<short>>,
        ("abs", PtxType.S32) => &Lanes.Scalar1<int, int, AbsoluteInteger<int>>,
        ("abs", PtxType.S64) => &Lanes.Scalar1<long, long, AbsoluteInteger<long>>,
        ("neg", PtxType.S16) => &Lanes.Scalar1<short, short, NegateInteger<short>>,
        ("neg", PtxType.S32) => &Lanes.Vector1<int, NegateInteger<int>>,
        ("neg", PtxType.S64) => &Lanes.Vector1<long, NegateInteger<long>>,
        _ => throw m.Unknown($"of type {type}"),
    };

    void DecodeMultiply(Modifiers m, string op, string half)
    {
        var type = m.TakeType();
        m.Done();
        bool add = op == "mad";
        CheckCount(add ? 4 : 3);
        var wide = half != "wide" ? type : type switch
        {
            PtxType.U16 => PtxType.U32,
            PtxType.S16 => PtxType.S32,
            PtxType.U32 => PtxType.U64,
            PtxType.S32 => PtxType.S64,
            _ => throw m.Unknown($"wide of type {type}"),
        };
        Handler run = (half, type, add) switch
        {
            ("lo", PtxType.U16 or PtxType.S16, false) => &Lanes.Scalar2<ushort, ushort, Multiply<ushort>>,
            ("lo", PtxType.U32 or PtxType.S32, false) => &Lanes.Vector2<uint, Multiply<uint>>,
            ("lo", PtxType.U64 or PtxType.S64, false) => &Lanes.Vector2<ulong, Multiply<ulong>>,
            ("lo", PtxType.U16 or PtxType.S16, true) => &Lanes.Scalar3<ushort, ushort, MultiplyAdd<ushort>>,
            ("lo", PtxType.U32 or PtxType.S32, true) => &Lanes.Vector3<uint, MultiplyAdd<uint>>,
            ("lo", PtxType.U64 or PtxType.S64, true) => &Lanes.Vector3<ulong, MultiplyAdd<ulong>>,
            ("hi", PtxType.U16, false) => &Lanes.Scalar2<ushort, ushort, MultiplyHigh<ushort, uint>>,
            ("hi", PtxType.S16, false) => &Lanes.Scalar2<short, short, MultiplyHigh<short, int>>,
            ("hi", PtxType.U32, false) => &Lanes.Scalar2<uint, uint, MultiplyHigh<uint, ulong>>,
            ("hi", PtxType.S32, false) => &Lanes.Scalar2<int, int, MultiplyHigh<int, long>>,
            ("hi", PtxType.U64, false) => &Lanes.Scalar2<ulong, ulong, MultiplyHigh<ulong, UInt128>>,
            ("hi", PtxType.S64, false) => &Lanes.Scalar2<long, long, MultiplyHigh<long, Int128>>,
            ("hi", PtxType.U32, true) => &Lanes.Scalar3<uint, uint, MultiplyHigh<uint, ulong>>,
            ("hi", PtxType.S32, true) => &Lanes.Scalar3<int, int, MultiplyHigh<int, long>>,
            ("hi", PtxType.U64, true) => &Lanes.Scalar3<ulong, ulong, MultiplyHigh<ulong, UInt128>>,
            ("hi", PtxType.S64, true) => &Lanes.Scalar3<long, long, MultiplyHigh<long, Int128>>,
            ("wide", PtxType.U16, false) => &Lanes.Scalar2<ushort, uint, MultiplyWide<ushort, uint>>,
            ("wide", PtxType.S16, false) => &Lanes.Scalar2<short, int, MultiplyWide<short, int>>,
            ("wide", PtxType.U32, false) => &WideProducts.Unsigned,
            ("wide", PtxType.S32, false) => &WideProducts.Signed,
            ("wide", PtxType.U16, true) => &Lanes.Scalar3<ushort, uint, MultiplyWide<ushort, uint>>,
            ("wide", PtxType.S16, true) => &Lanes.Scalar3<short, int, MultiplyWide<short, int>>,
            ("wide", PtxType.U32, true) => &Lanes.Scalar3<uint, ulong, MultiplyWide<uint, ulong>>,
            ("wide", PtxType.S32, true) => &Lanes.Scalar3<int, long, MultiplyWide<int, long>>,
            _ => throw m.Unknown($"{half} of type {type}"),
        };
        Emit(run, Dest(0, wide), Source(1, type), Source(2, type), add ? Source(3, wide) : -1);
    }

    void DecodeFloat(Modifiers m, string op, PtxType type)
    {
        bool flush = m.Take("ftz"), saturate = m.Take("sat"), spread = m.Take("NaN"),
            approximate = m.Take("approx"), full = m.Take("full");
        m.Take("rn");
        m.Done();
        int operands = op is "abs" or "neg" ? 1 : op is "fma" or "mad" ? 3 : 2;
        CheckCount(operands + 1);
        Handler run;
        if (type is PtxType.F16 or PtxType.F16x2 or PtxType.BF16 or PtxType.BF16x2)
        {
            if (flush || saturate || spread || approximate || full) throw m.Unknown($"of type {type} with these modifiers");
            EmitHalf(m, op, type);
            return;
        }
        if (approximate || full)
        {
            if (op != "div" || type != PtxType.F32 || saturate) throw m.Unknown($"approximated, of type {type}");
            run = full
                ? flush ? &Lanes.Scalar2<float, float, FlushedScalar2<FullDivide>> : &Lanes.Scalar2<float, float, FullDivide>
                : flush ? &Lanes.Scalar2<float, float, FlushedScalar2<ApproxDivide>> : &Lanes.Scalar2<float, float, ApproxDivide>;
        }
        else run = PickFloat(m, op + (spread ? ".NaN" : ""), type, flush, saturate);
        Emit(run, Dest(0, type), Source(1, type), operands > 1 ? Source(2, type) : -1, operands > 2 ? Source(3, type) : -1);
    }

    static Handler PickFloat(Modifiers m, string op, PtxType type, bool flush, bool saturate)
    {
        if (type == PtxType.F64 && (flush || saturate)) throw m.Unknown("of type F64 with .ftz or .sat");
        bool single = type == PtxType.F32;
        return op switch
        {
            "add" => single ? Float2<FloatAdd>(flush, saturate) : &Lanes.Vector2<double, FloatAdd>,
            "sub" => single ? Float2<FloatSubtract>(flush, saturate) : &Lanes.Vector2<double, FloatSubtract>,
            "mul" => single ? Float2<FloatMultiply>(flush, saturate) : &Lanes.Vector2<double, FloatMultiply>,
            "div" => single ? Float2<FloatDivide>(flush, saturate) : &Lanes.Vector2<double, FloatDivide>,
            "min" => single ? Float2<FloatMinimum>(flush, saturate) : &Lanes.Vector2<double, FloatMinimum>,
            "max" => single ? Float2<FloatMaximum>(flush, saturate) : &Lanes.Vector2<double, FloatMaximum>,
            "min.NaN" when single => Float2<FloatMinimumNaN>(flush, saturate),
            "max.NaN" when single => Float2<FloatMaximumNaN>(flush, saturate),
            "fma" or "mad" => single ? Float3<FloatFma>(flush, saturate) : &Lanes.Vector3<double, FloatFma>,
            "abs" => single ? Float1<FloatAbsolute>(flush, saturate) : &Lanes.Vector1<double, FloatAbsolute>,
            "neg" => single ? Float1<FloatNegate>(flush, saturate) : &Lanes.Vector1<double, FloatNegate>,
            "sqrt" => single ? Float1<FloatSqrt>(flush, saturate) : &Lanes.Vector1<double, FloatSqrt>,
            "rcp" => single ? Float1<FloatReciprocal>(flush, saturate) : &Lanes.Vector1<double, FloatReciprocal>,
            _ => throw m.Unknown($"of type {type}"),
        };
    }

    static Handler Float1<TOp>(bool flush, bool saturate) where TOp : IVector1<float> => (flush, saturate) switch
    {
        (false, false) => &Lanes.Vector1<float, TOp>,
        (true, false) => &Lanes.Vector1<float, Flushed1<TOp>>,
        (false, true) => &Lanes.Vector1<float, Saturated1<TOp>>,
        _ => &Lanes.Vector1<float, Flushed1<Saturated1<TOp>>>,
    };

    static Handler Float2<TOp>(bool flush, bool saturate) where TOp : IVector2<float> => (flush, saturate) switch
    {
        (false, false) => &Lanes.Vector2<float, TOp>,
        (true, false) => &Lanes.Vector2<float, Flushed2<TOp>>,
        (false, true) => &Lanes.Vector2<float, Saturated2<TOp>>,
        _ => &Lanes.Vector2<float, Flushed2<Saturated2<TOp>>>,
    };

    static Handler Float3<TOp>(bool flush, bool saturate) where TOp : IVector3<float> => (flush, saturate) switch
    {
        (false, false) => &Lanes.Vector3<float, TOp>,
        (true, false) => &Lanes.Vector3<float, Flushed3<TOp>>,
        (false, true) => &Lanes.Vector3<float, Saturated3<TOp>>,
        _ => &Lanes.Vector3<float, Flushed3<Saturated3<TOp>>>,
    };

    void EmitHalf(Modifiers m, string op, PtxType type)
    {
        bool two = type is PtxType.F16x2 or PtxType.BF16x2, brain = type is PtxType.BF16 or PtxType.BF16x2;
        uint sign = two ? 0x80008000u : 0x8000u;
        if (op is "neg" or "abs")
        {
            int constant = Constant(op == "neg" ? sign : ~sign & (two ? uint.MaxValue : 0xFFFFu), PtxType.B32);
            if (op == "neg") Emit(&Lanes.Vector2<uint, Xor<uint>>, Dest(0, type), Source(1, type), constant);
            else Emit(&Lanes.Vector2<uint, And<uint>>, Dest(0, type), Source(1, type), constant);
            return;
        }
        Handler run = (op, brain) switch
        {
            ("add", false) => &HalfOps.Binary<Binary16, DoubleAdd>,
            ("sub", false) => &HalfOps.Binary<Binary16, DoubleSubtract>,
            ("mul", false) => &HalfOps.Binary<Binary16, DoubleMultiply>,
            ("min", false) => &HalfOps.Binary<Binary16, DoubleMinimum>,
            ("max", false) => &HalfOps.Binary<Binary16, DoubleMaximum>,
            ("fma", false) => &HalfOps.Fma<Binary16>,
            ("add", true) => &HalfOps.Binary<Brain16, DoubleAdd>,
            ("sub", true) => &HalfOps.Binary<Brain16, DoubleSubtract>,
            ("mul", true) => &HalfOps.Binary<Brain16, DoubleMultiply>,
            ("min", true) => &HalfOps.Binary<Brain16, DoubleMinimum>,
            ("max", true) => &HalfOps.Binary<Brain16, DoubleMaximum>,
            ("fma", true) => &HalfOps.Fma<Brain16>,
            _ => throw m.Unknown($"of type {type}"),
        };
        Emit(run, Dest(0, type), Source(1, type), Source(2, type), op == "fma" ? Source(3, type) : -1, two ? 1ul : 0);
    }
}
