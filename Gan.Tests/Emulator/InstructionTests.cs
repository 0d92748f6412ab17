using System.Numerics;

namespace Ssgan.Tests.Emulator;

/// <summary>
/// Each instruction on hundreds of operands, special ones among them, against the host's arithmetic written out anew. An operand
/// is 64 bits; an instruction takes the low ones that it has room for.
/// </summary>
[TestFixture]
public class InstructionTests
{
    const int Count = 1024;

    static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    static double D(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    static ulong Bits(float value) => float.IsNaN(value) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits(value);

    static ulong Bits(double value) => double.IsNaN(value) ? 0x7FFFFFFFFFFFFFFF : BitConverter.DoubleToUInt64Bits(value);

    static ulong Flush(ulong bits) => (bits & 0x7F800000) == 0 ? bits & 0x80000000 : bits;

    static ulong One(bool value) => value ? 1ul : 0;

    /// <summary>Text with operands a, b, c and result d; bits of each operand and of the result; what it must give.</summary>
    public static IEnumerable<TestCaseData> Cases() => Integers().Concat(Floats()).Concat(Conversions())
        .Select(row => new TestCaseData(row.Text, row.In, row.Out, row.Want).SetName($"{{m}}({row.Text.Replace(',', ' ')})"));

    static IEnumerable<(string Text, int In, int Out, Func<ulong, ulong, ulong, ulong> Want)> Integers()
    {
        yield return ("add.s32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)(a + b));
        yield return ("sub.s64 %d, %a, %b;", 64, 64, (a, b, c) => a - b);
        yield return ("add.s16 %d, %a, %b;", 16, 16, (a, b, c) => (ushort)(a + b));
        yield return ("mul.lo.s32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)(a * b));
        yield return ("mul.lo.s64 %d, %a, %b;", 64, 64, (a, b, c) => a * b);
        yield return ("mul.hi.u32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)((ulong)(uint)a * (uint)b >> 32));
        yield return ("mul.hi.s32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)((long)(int)a * (int)b >> 32));
        yield return ("mul.hi.u64 %d, %a, %b;", 64, 64, (a, b, c) => Math.BigMul(a, b, out _));
        yield return ("mul.hi.s64 %d, %a, %b;", 64, 64, (a, b, c) => (ulong)Math.BigMul((long)a, (long)b, out long _));
        yield return ("mul.wide.u32 %d, %a, %b;", 32, 64, (a, b, c) => (ulong)(uint)a * (uint)b);
        yield return ("mul.wide.s32 %d, %a, %b;", 32, 64, (a, b, c) => (ulong)((long)(int)a * (int)b));
        yield return ("mul.wide.s16 %d, %a, %b;", 16, 32, (a, b, c) => (uint)((short)a * (short)b));
        yield return ("mad.lo.s32 %d, %a, %b, %c;", 32, 32, (a, b, c) => (uint)(a * b + c));
        yield return ("div.s32 %d, %a, %b;", 32, 32, (a, b, c) => (int)b == 0 ? uint.MaxValue : (uint)((long)(int)a / (int)b));
        yield return ("div.u32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)b == 0 ? uint.MaxValue : (uint)a / (uint)b);
        yield return ("rem.s32 %d, %a, %b;", 32, 32, (a, b, c) => (int)b == 0 ? (uint)a : (uint)((long)(int)a % (int)b));
        yield return ("rem.u64 %d, %a, %b;", 64, 64, (a, b, c) => b == 0 ? a : a % b);
        yield return ("min.s32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)Math.Min((int)a, (int)b));
        yield return ("max.u64 %d, %a, %b;", 64, 64, (a, b, c) => Math.Max(a, b));
        yield return ("abs.s32 %d, %a;", 32, 32, (a, b, c) => (int)a == int.MinValue ? (uint)a : (uint)Math.Abs((int)a));
        yield return ("neg.s64 %d, %a;", 64, 64, (a, b, c) => 0 - a);
        yield return ("and.b32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)(a & b));
        yield return ("or.b64 %d, %a, %b;", 64, 64, (a, b, c) => a | b);
        yield return ("xor.b16 %d, %a, %b;", 16, 16, (a, b, c) => (ushort)(a ^ b));
        yield return ("not.b32 %d, %a;", 32, 32, (a, b, c) => (uint)~a);
        yield return ("shl.b32 %d, %a, 5;", 32, 32, (a, b, c) => (uint)(a << 5));
        yield return ("shr.s32 %d, %a, 40;", 32, 32, (a, b, c) => (uint)((int)a >> 31));
        yield return ("shr.u32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)b > 31 ? 0 : (uint)a >> (int)b);
        yield return ("shl.b32 %d, %a, %b;", 32, 32, (a, b, c) => (uint)b > 31 ? 0 : (uint)a << (int)b);
        yield return ("shr.s64 %d, %a, 7;", 64, 64, (a, b, c) => (ulong)((long)a >> 7));
        yield return ("shf.l.wrap.b32 %d, %a, %b, %c;", 32, 32,
            (a, b, c) => (uint)((((b & uint.MaxValue) << 32 | (uint)a) << (int)(c & 31)) >> 32));
        yield return ("bfe.u32 %d, %a, 16, 1;", 32, 32, (a, b, c) => a >> 16 & 1);
        yield return ("bfe.s32 %d, %a, 4, 9;", 32, 32, (a, b, c) => (uint)((int)((uint)a << 19) >> 23));
        yield return ("bfe.s32 %d, %a, 28, 9;", 32, 32, (a, b, c) => (uint)((int)a >> 28));
        yield return ("bfe.u64 %d, %a, 60, 9;", 64, 64, (a, b, c) => a >> 60);
        yield return ("bfi.b32 %d, %a, %b, 8, 12;", 32, 32, (a, b, c) => (uint)(b & ~0xFFF00ul | a << 8 & 0xFFF00));
        yield return ("prmt.b32 %d, %a, %b, 0x3276;", 32, 32, (a, b, c) =>
            (uint)(b >> 16 & 0xFF | (b >> 24 & 0xFF) << 8 | (a >> 16 & 0xFF) << 16 | (a >> 24 & 0xFF) << 24));
        yield return ("brev.b32 %d, %a;", 32, 32,
            (a, b, c) => Enumerable.Range(0, 32).Aggregate(0ul, (r, k) => r | (a >> k & 1) << (31 - k)));
        yield return ("popc.b32 %d, %a;", 32, 32, (a, b, c) => (ulong)BitOperations.PopCount((uint)a));
        yield return ("clz.b64 %d, %a;", 64, 32, (a, b, c) => (ulong)BitOperations.LeadingZeroCount(a));
        yield return ("lop3.b32 %d, %a, %b, %c, 0xCA;", 32, 32, (a, b, c) => (uint)(a & b | ~a & c));
        yield return ("{ .reg .pred q; setp.lt.s32 q, %a, %b; selp.b32 %d, %a, %c, q; }", 32, 32,
            (a, b, c) => (uint)((int)a < (int)b ? a : c));
        yield return ("{ .reg .pred q; setp.hi.u64 q, %a, %b; selp.b64 %d, 1, 0, q; }", 64, 64, (a, b, c) => One(a > b));
        yield return ("{ .reg .pred q, r; setp.ne.s32 r, %a, %c; setp.ge.and.u32 q, %a, %b, r; selp.b32 %d, 1, 0, q; }", 32, 32,
            (a, b, c) => One((uint)a >= (uint)b && (uint)a != (uint)c));
        yield return ("{ .reg .pred q, r; setp.le.s16 q|r, %a, %b; selp.b16 %d, 1, 2, r; }", 16, 16,
            (a, b, c) => (short)a > (short)b ? 1ul : 2);
        yield return ("{ .reg .b32 l, h; mov.b64 {l, h}, %a; mov.b64 %d, {h, l}; }", 64, 64,
            (a, b, c) => BitOperations.RotateLeft(a, 32));
        yield return ("slct.b32.s32 %d, %a, %b, %c;", 32, 32, (a, b, c) => (uint)((int)c >= 0 ? a : b));
    }

    static IEnumerable<(string Text, int In, int Out, Func<ulong, ulong, ulong, ulong> Want)> Floats()
    {
        yield return ("add.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(F(a) + F(b)));
        yield return ("mul.rn.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(F(a) * F(b)));
        yield return ("sub.f64 %d, %a, %b;", 64, 64, (a, b, c) => Bits(D(a) - D(b)));
        yield return ("fma.rn.f32 %d, %a, %b, %c;", 32, 32, (a, b, c) => Bits(MathF.FusedMultiplyAdd(F(a), F(b), F(c))));
        yield return ("fma.rn.f64 %d, %a, %b, %c;", 64, 64, (a, b, c) => Bits(Math.FusedMultiplyAdd(D(a), D(b), D(c))));
        yield return ("add.ftz.f32 %d, %a, %b;", 32, 32, (a, b, c) => Flush(Bits(F(Flush(a)) + F(Flush(b)))));
        yield return ("mul.sat.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(F(a) * F(b) is var p && p > 0 ? Math.Min(p, 1) : 0f));
        yield return ("div.rn.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(F(a) / F(b)));
        yield return ("sqrt.rn.f32 %d, %a;", 32, 32, (a, b, c) => Bits(MathF.Sqrt(F(a))));
        yield return ("rcp.rn.f64 %d, %a;", 64, 64, (a, b, c) => Bits(1 / D(a)));
        yield return ("min.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(float.MinNumber(F(a), F(b))));
        yield return ("max.f32 %d, %a, %b;", 32, 32, (a, b, c) => Bits(float.MaxNumber(F(a), F(b))));
        yield return ("max.f64 %d, %a, %b;", 64, 64, (a, b, c) => Bits(double.MaxNumber(D(a), D(b))));
        yield return ("abs.f32 %d, %a;", 32, 32, (a, b, c) => (uint)a & 0x7FFFFFFF);
        yield return ("neg.f32 %d, %a;", 32, 32, (a, b, c) => (uint)a ^ 0x80000000);
        yield return ("{ .reg .pred q; setp.nan.f32 q, %a, %b; selp.b32 %d, 1, 0, q; }", 32, 32,
            (a, b, c) => One(float.IsNaN(F(a)) || float.IsNaN(F(b))));
        yield return ("{ .reg .pred q; setp.num.f32 q, %a, %b; selp.b32 %d, 1, 0, q; }", 32, 32,
            (a, b, c) => One(!float.IsNaN(F(a)) && !float.IsNaN(F(b))));
        foreach (var (name, holds) in new (string, Func<float, float, bool>)[]
        {
            ("eq", (x, y) => x == y), ("ne", (x, y) => x < y || x > y), ("lt", (x, y) => x < y), ("le", (x, y) => x <= y),
            ("gt", (x, y) => x > y), ("ge", (x, y) => x >= y), ("equ", (x, y) => !(x < y || x > y)), ("neu", (x, y) => !(x == y)),
            ("ltu", (x, y) => !(x >= y)),
            ("leu", (x, y) => !(x > y)), ("gtu", (x, y) => !(x <= y)), ("geu", (x, y) => !(x < y)),
        })
        {
            yield return ($"{{ .reg .pred q; setp.{name}.f32 q, %a, %b; selp.b32 %d, 1, 0, q; }}", 32, 32,
                (a, b, c) => One(holds(F(a), F(b))));
        }
    }

    static IEnumerable<(string Text, int In, int Out, Func<ulong, ulong, ulong, ulong> Want)> Conversions()
    {
        yield return ("cvt.s64.s32 %d, %a;", 32, 64, (a, b, c) => (ulong)(long)(int)a);
        yield return ("cvt.u64.u32 %d, %a;", 32, 64, (a, b, c) => (uint)a);
        yield return ("cvt.u32.u64 %d, %a;", 64, 32, (a, b, c) => (uint)a);
        yield return ("cvt.s32.s8 %d, %a;", 32, 32, (a, b, c) => (uint)(sbyte)a);
        yield return ("cvt.s8.s32 %d, %a;", 32, 16, (a, b, c) => (ushort)(sbyte)a);
        yield return ("cvt.sat.u8.s32 %d, %a;", 32, 32, (a, b, c) => (ulong)Math.Clamp((int)a, 0, 255));
        yield return ("cvt.rn.f32.s32 %d, %a;", 32, 32, (a, b, c) => Bits((float)(int)a));
        yield return ("cvt.rn.f32.u32 %d, %a;", 32, 32, (a, b, c) => Bits((float)(long)(uint)a));
        yield return ("cvt.rn.f32.s64 %d, %a;", 64, 32, (a, b, c) => Bits((float)(long)a));
        yield return ("cvt.rn.f32.u64 %d, %a;", 64, 32, (a, b, c) => Bits((float)(decimal)a));
        yield return ("cvt.rn.f64.s64 %d, %a;", 64, 64, (a, b, c) => Bits((double)(long)a));
        yield return ("cvt.rzi.s32.f32 %d, %a;", 32, 32, (a, b, c) => (uint)(float.IsNaN(F(a)) ? 0
            : (int)Math.Clamp((double)F(a), int.MinValue, int.MaxValue)));
        yield return ("cvt.rni.u32.f32 %d, %a;", 32, 32,
            (a, b, c) => float.IsNaN(F(a)) ? 0 : (uint)Math.Clamp(Math.Round((double)F(a)), 0, uint.MaxValue));
        yield return ("cvt.rmi.s64.f64 %d, %a;", 64, 64, (a, b, c) =>
            double.IsNaN(D(a)) || D(a) < -9e18 ? 1ul << 63 : D(a) > 9e18 ? long.MaxValue : (ulong)(long)Math.Floor(D(a)));
        yield return ("cvt.rzi.u16.f32 %d, %a;", 32, 16, (a, b, c) => float.IsNaN(F(a)) ? 0 : (ulong)Math.Clamp(F(a), 0, 65535));
        yield return ("cvt.f64.f32 %d, %a;", 32, 64, (a, b, c) => Bits((double)F(a)));
        yield return ("cvt.rn.f32.f64 %d, %a;", 64, 32, (a, b, c) => Bits((float)D(a)));
        yield return ("cvt.rn.f16.f32 %d, %a;", 32, 16,
            (a, b, c) => float.IsNaN(F(a)) ? 0x7FFFul : BitConverter.HalfToUInt16Bits((Half)F(a)));
        yield return ("cvt.f32.f16 %d, %a;", 16, 32, (a, b, c) => Bits((float)BitConverter.UInt16BitsToHalf((ushort)a)));
        yield return ("cvt.rmi.f32.f32 %d, %a;", 32, 32, (a, b, c) => Bits(MathF.Floor(F(a))));
        yield return ("cvt.rni.f32.f32 %d, %a;", 32, 32, (a, b, c) => Bits(MathF.Round(F(a))));
        yield return ("cvt.rzi.f32.f32 %d, %a;", 32, 32, (a, b, c) => Bits(MathF.Truncate(F(a))));
        yield return ("cvt.sat.f32.f32 %d, %a;", 32, 32, (a, b, c) => Bits(F(a) > 0 ? Math.Min(F(a), 1) : 0f));
        yield return ("cvt.rn.bf16.f32 %d, %a;", 32, 16, (a, b, c) => Brain(F(a)));
        yield return ("cvt.rn.bf16x2.f32 %d, %a, %b;", 32, 32, (a, b, c) => Brain(F(a)) << 16 | Brain(F(b)));
        yield return ("cvt.rna.tf32.f32 %d, %a;", 32, 32,
            (a, b, c) => float.IsNaN(F(a)) ? ulong.MaxValue : (uint)a + 0x1000 & 0xFFFFE000);
        yield return ("fma.rn.f16 %d, %a, %b, %c;", 16, 16, (a, b, c) => Half16(H(a) * H(b) + H(c)));
    }

    static double H(ulong bits) => (double)BitConverter.UInt16BitsToHalf((ushort)bits);

    static ulong Half16(double value) => double.IsNaN(value) ? 0x7FFFul : BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>The nearest number of 8 significant bits, the even one of two.</summary>
    static ulong Brain(float value)
    {
        if (float.IsNaN(value)) return 0x7FFF;
        uint bits = BitConverter.SingleToUInt32Bits(value), low = bits & 0xFFFF, high = bits >> 16;
        return low > 0x8000 || low == 0x8000 && (high & 1) == 1 ? high + 1 : high;
    }

    [TestCaseSource(nameof(Cases))]
    public void Matches(string text, int bitsIn, int bitsOut, Func<ulong, ulong, ulong, ulong> want)
    {
        var operands = Operands(bitsIn);
        using var bench = new PtxBench();
        ulong x = bench.Upload<ulong>(operands), y = bench.Reserve(Count * 8);
        bool newer = text.Contains("bf16") || text.Contains("tf32");
        bench.Run(Text(text, bitsIn, bitsOut, newer ? "sm_80" : "sm_75"), x, y, 64, Count / 64);
        ulong[] results = bench.Download<ulong>(y, Count);
        for (int k = 0; k < Count; k++)
        {
            ulong a = operands[3 * k], b = operands[3 * k + 1], c = operands[3 * k + 2], expected = want(a, b, c);
            // All ones: the instruction's result is documented elsewhere or not at all.
            if (expected != ulong.MaxValue)
                Assert.That(results[k], Is.EqualTo(expected),
                    $"{text} of 0x{a:x}, 0x{b:x}, 0x{c:x}: 0x{results[k]:x}, not 0x{expected:x}");
        }
    }

    static string Text(string instruction, int bitsIn, int bitsOut, string target) => PtxBench.Kernel($$"""
            .reg .b{{bitsIn}} %a, %b, %c;
            .reg .b{{bitsOut}} %d;
            mov.u32 %r1, %ctaid.x;
            mad.lo.u32 %r2, %r1, 64, %r0;
            mul.wide.u32 %rd2, %r2, 24;
            add.s64 %rd2, %rd2, %rd0;
            mul.wide.u32 %rd3, %r2, 8;
            add.s64 %rd3, %rd3, %rd1;
            ld.global.b{{bitsIn}} %a, [%rd2];
            ld.global.b{{bitsIn}} %b, [%rd2+8];
            ld.global.b{{bitsIn}} %c, [%rd2+16];
            {{instruction}}
            mov.u64 %rd4, 0;
            st.global.b64 [%rd3], %rd4;
            st.global.b{{bitsOut}} [%rd3], %d;
            ret;
        """, target: target);

    static ulong[] Operands(int bits)
    {
        ulong[] special = bits switch
        {
            64 => [0, 1, ulong.MaxValue, 1ul << 63, long.MaxValue, Bits(1.0), Bits(-0.0), Bits(double.NaN),
                Bits(double.PositiveInfinity), Bits(-1.5), Bits(1e300), 5, Bits(4294967296.5)],
            32 => [0, 1, uint.MaxValue, 0x80000000, 0x7FFFFFFF, Bits(1f), Bits(-1f), 0x7F800000, 0xFF800000, 0x7FC00000, 3,
                0x00400000, Bits(0.5f), Bits(2.5f), Bits(3e9f), 17, 31, 32],
            _ => [0, 1, 0xFFFF, 0x8000, 0x7FFF, 0x3C00, 0xBC00, 0x7C00, 0x7E00, 2],
        };
        var random = new Random(bits);
        ulong mask = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        var operands = new ulong[3 * Count];
        for (int k = 0; k < operands.Length; k++)
        {
            operands[k] = random.Next(3) switch
            {
                0 => special[random.Next(special.Length)],
                1 when bits == 32 => Bits((float)(random.NextDouble() * 8 - 4)),
                1 when bits == 64 => Bits(random.NextDouble() * 8e6 - 4e6),
                _ => (ulong)random.NextInt64() << 1 & mask,
            };
        }
        return operands;
    }
}
