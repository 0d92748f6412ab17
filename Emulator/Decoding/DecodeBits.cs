namespace Ssgan.Emulator;

// Logic, shifts and bit fields; the float functions of one operand.
sealed unsafe partial class KernelDecoder
{
    void DecodeBits(Modifiers m)
    {
        string op = m.Statement.Op[0];
        switch (op)
        {
            case "and" or "or" or "xor" or "not":
                DecodeLogic(m, op);
                return;
            case "shl" or "shr":
                DecodeShift(m, op == "shl");
                return;
            case "shf":
                DecodeFunnel(m);
                return;
            case "lop3":
                var word = m.TakeType();
                m.Done();
                CheckCount(5);
                if (Operand(4) is not NumberOperand { Bits: < 256 } table) throw Wrong("its table is no byte");
                Emit(&Shifts.Logic3, Dest(0, word), Source(1, word), Source(2, word), Source(3, word), table.Bits);
                return;
            case "prmt":
                var prmt = m.TakeType();
                m.Done();
                CheckCount(4);
                Emit(&Shifts.Permute, Dest(0, prmt), Source(1, prmt), Source(2, prmt), Source(3, prmt));
                return;
        }
        var type = m.TakeType();
        m.Done();
        bool wide = type.Bytes() == 8;
        switch (op)
        {
            case "cnot":
                Emit(wide ? &Lanes.Scalar1<ulong, ulong, LogicalNot<ulong>> : &Lanes.Scalar1<uint, uint, LogicalNot<uint>>,
                    Dest(0, type), Source(1, type));
                break;
            case "brev":
                Emit(wide ? &Lanes.Scalar1<ulong, ulong, ReverseBits<ulong>> : &Lanes.Scalar1<uint, uint, ReverseBits<uint>>,
                    Dest(0, type), Source(1, type));
                break;
            case "popc":
                Emit(wide ? &Lanes.Scalar1<ulong, uint, CountOnes<ulong>> : &Lanes.Scalar1<uint, uint, CountOnes<uint>>,
                    Dest(0, PtxType.U32), Source(1, type));
                break;
            case "clz":
                Emit(wide ? &Lanes.Scalar1<ulong, uint, CountLeadingZeros<ulong>>
                    : &Lanes.Scalar1<uint, uint, CountLeadingZeros<uint>>, Dest(0, PtxType.U32), Source(1, type));
                break;
            case "bfind":
                Handler find = type switch
                {
                    PtxType.U32 => &Lanes.Scalar1<uint, uint, FindHighestBit<uint>>,
                    PtxType.S32 => &Lanes.Scalar1<int, uint, FindHighestBit<int>>,
                    PtxType.U64 => &Lanes.Scalar1<ulong, uint, FindHighestBit<ulong>>,
                    _ => &Lanes.Scalar1<long, uint, FindHighestBit<long>>,
                };
                Emit(find, Dest(0, PtxType.U32), Source(1, type));
                break;
            case "bfe":
                Handler extract = type switch
                {
                    PtxType.U32 => &Shifts.Extract<uint>,
                    PtxType.S32 => &Shifts.Extract<int>,
                    PtxType.U64 => &Shifts.Extract<ulong>,
                    _ => &Shifts.Extract<long>,
                };
                Emit(extract, Dest(0, type), Source(1, type), Source(2, PtxType.U32), Source(3, PtxType.U32));
                break;
            default:
                int d = Dest(0, type), a = Source(1, type), b = Source(2, type), start = Source(3, PtxType.U32),
                    length = Source(4, PtxType.U32);
                Emit(wide ? &Shifts.Insert<ulong> : &Shifts.Insert<uint>, d, a, b, start).D2 = length;
                break;
        }
    }

    void DecodeLogic(Modifiers m, string op)
    {
        var type = m.TakeType();
        m.Done();
        CheckCount(op == "not" ? 2 : 3);
        if (type == PtxType.Pred)
        {
            // Truth tables, as in Comparisons.Predicate.
            ulong table = op switch { "and" => 0b1000, "or" => 0b1110, "xor" => 0b0110, _ => 0b0011 };
            int first = Source(1, type);
            Emit(&Comparisons.Predicate, Dest(0, type), first, op == "not" ? first : Source(2, type), immediate: table);
            return;
        }
        bool wide = type.Bytes() == 8;
        if (op == "not")
        {
            Emit(type.Bytes() switch
            {
                8 => &Lanes.Vector1<ulong, Not<ulong>>,
                4 => &Lanes.Vector1<uint, Not<uint>>,
                _ => &Lanes.Scalar1<ushort, ushort, Not<ushort>>,
            }, Dest(0, type), Source(1, type));
            return;
        }
        Handler run = op switch
        {
            "and" => wide ? &Lanes.Vector2<ulong, And<ulong>> : &Lanes.Vector2<uint, And<uint>>,
            "or" => wide ? &Lanes.Vector2<ulong, Or<ulong>> : &Lanes.Vector2<uint, Or<uint>>,
            _ => wide ? &Lanes.Vector2<ulong, Xor<ulong>> : &Lanes.Vector2<uint, Xor<uint>>,
        };
        Emit(run, Dest(0, type), Source(1, type), Source(2, type));
    }

    void DecodeShift(Modifiers m, bool left)
    {
        var type = m.TakeType();
        m.Done();
        CheckCount(3);
        int width = type.Bytes() * 8, d = Dest(0, type), a = Source(1, type);
        if (Operand(2) is NumberOperand number && number.Bits < (ulong)width && width >= 32)
        {
            Handler uniform = (left, width, type.IsSigned()) switch
            {
                (true, 32, _) => &Shifts.LeftUniform<uint>,
                (true, _, _) => &Shifts.LeftUniform<ulong>,
                (false, 32, true) => &Shifts.RightUniform<int>,
                (false, 32, false) => &Shifts.RightUniform<uint>,
                (false, _, true) => &Shifts.RightUniform<long>,
                _ => &Shifts.RightUniform<ulong>,
            };
            Emit(uniform, d, a, immediate: number.Bits);
            return;
        }
        Handler run = (left, width, type.IsSigned()) switch
        {
            (true, 16, _) => &Shifts.Left<ushort>,
            (true, 32, _) => &Shifts.Left<uint>,
            (true, _, _) => &Shifts.Left<ulong>,
            (false, 16, true) => &Shifts.Right<short>,
            (false, 16, false) => &Shifts.Right<ushort>,
            (false, 32, true) => &Shifts.Right<int>,
            (false, 32, false) => &Shifts.Right<uint>,
            (false, _, true) => &Shifts.Right<long>,
            _ => &Shifts.Right<ulong>,
        };
        Emit(run, d, a, Source(2, PtxType.U32));
    }

    void DecodeFunnel(Modifiers m)
    {
        string direction = m.TakeAny("l", "r") ?? throw m.Unknown("without a direction"),
            mode = m.TakeAny("wrap", "clamp") ?? throw m.Unknown("without a mode");
        var type = m.TakeType();
        m.Done();
        CheckCount(4);
        Emit(direction == "l" ? &Shifts.Funnel<Yes> : &Shifts.Funnel<No>, Dest(0, type), Source(1, type), Source(2, type),
            Source(3, PtxType.U32), mode == "wrap" ? 1ul : 0);
    }

    void DecodeFunction(Modifiers m)
    {
        string op = m.Statement.Op[0];
        bool approximate = m.Take("approx"), nearest = m.Take("rn"), flush = m.Take("ftz");
        var type = m.TakeType();
        m.Done();
        if (op == "copysign")
        {
            CheckCount(3);
            Emit(type == PtxType.F32 ? &Lanes.Scalar2<float, float, CopySign<float>>
                : &Lanes.Scalar2<double, double, CopySign<double>>, Dest(0, type), Source(1, type), Source(2, type));
            return;
        }
        CheckCount(2);
        Handler run = (op, approximate, type) switch
        {
            ("sqrt" or "rcp", false, PtxType.F32 or PtxType.F64) when nearest => PickFloat(m, op, type, flush, false),
            ("sqrt", true, PtxType.F32) => Approximate<ApproxSqrt>(flush),
            ("rcp", true, PtxType.F32) => Approximate<ApproxReciprocal>(flush),
            ("rsqrt", true, PtxType.F32) => Approximate<ApproxRsqrt>(flush),
            ("rsqrt", true, PtxType.F64) when !flush => &Lanes.Scalar1<double, double, ApproxRsqrtDouble>,
            ("ex2", true, PtxType.F32) => Approximate<ApproxExp2>(flush),
            ("lg2", true, PtxType.F32) => Approximate<ApproxLog2>(flush),
            ("sin", true, PtxType.F32) => Approximate<ApproxSin>(flush),
            ("cos", true, PtxType.F32) => Approximate<ApproxCos>(flush),
            ("tanh", true, PtxType.F32) when !flush => Approximate<ApproxTanh>(false),
            _ => throw m.Unknown($"of type {type} with these modifiers"),
        };
        Emit(run, Dest(0, type), Source(1, type));
    }

    static Handler Approximate<TOp>(bool flush) where TOp : IScalar1<float, float> =>
        flush ? &Lanes.Scalar1<float, float, FlushedScalar1<TOp>> : &Lanes.Scalar1<float, float, TOp>;
}
