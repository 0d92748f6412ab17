using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>What the words of the stream become: <see cref="Philox"/>'s definitions, a pair or eight at a time.</summary>
interface IDraw
{
    /// <summary>Two words of a block, the first of an even number.</summary>
    (float Even, float Odd) Two(uint even, uint odd);

    /// <summary>Eight words in a row, with AVX2.</summary>
    Vector256<float> Eight(Vector256<uint> words);
}

readonly struct DrawUniform(float low, float high) : IDraw
{
    public (float Even, float Odd) Two(uint even, uint odd) => (Philox.Uniform(even, low, high), Philox.Uniform(odd, low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Eight(Vector256<uint> words)
    {
        var u = Vector256.ConvertToSingle((words >> 8).AsInt32()) * Philox.Step;
        var y = Vector256.Create(low) + u * Vector256.Create(high - low);
        var last = Vector256.Create(MathF.Max(low, MathF.BitDecrement(high)));
        return Vector256.ConditionalSelect(Vector256.LessThan(y, Vector256.Create(high)), y, last);
    }
}

readonly struct DrawNormal : IDraw
{
    public (float Even, float Odd) Two(uint even, uint odd) => Philox.Normals(even, odd);

    /// <summary>
    /// In double precision too: where a vector's logarithm rounds unlike a number's, that is lost when the result
    /// becomes a float.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Eight(Vector256<uint> words)
    {
        var even = (words.AsUInt64() & Vector256.Create(0xffffff00ul)) >> 8;
        var odd = words.AsUInt64() >> 40;
        var u = (ToDouble(even) + Vector256<double>.One) * Philox.Step;
        var theta = 2 * Math.PI * (ToDouble(odd) * Philox.Step);
        var r = Vector256.Sqrt(-2 * Vector256.Log(u));
        var (sin, cos) = Vector256.SinCos(theta);
        return Vector256.Shuffle(Vector256.Narrow(r * cos, r * sin), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
    }

    /// <summary>Integers below 2^52: as the fraction of a number of that size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<double> ToDouble(Vector256<ulong> x)
    {
        var size = Vector256.Create((double)(1L << 52));
        return (x | size.AsUInt64()).AsDouble() - size;
    }
}

/// <summary>
/// Four blocks of <see cref="Philox"/>'s stream at a time, with AVX2: a round is 8 instructions for 16 words, where a single
/// block's takes as many for 4.
/// </summary>
static class PhiloxVectors
{
    /// <summary>Words of the blocks.</summary>
    public const int Words = 16;

    /// <summary>The first eight words from the start of a block, and the next eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<uint> First, Vector256<uint> Second) Blocks(ulong counter, ulong key)
    {
        // A word is the low half of a lane; what the high half holds is never read. The order of the blocks is the one that the
        // last step undoes.
        var block = Vector256.Create(counter) + Vector256.Create(0ul, 2, 1, 3);
        Vector256<ulong> c0 = block, c1 = block >> 32, c2 = Vector256<ulong>.Zero, c3 = Vector256<ulong>.Zero;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            var p0 = Avx2.Multiply(c0.AsUInt32(), Vector256.Create(Philox.M0));
            var p1 = Avx2.Multiply(c2.AsUInt32(), Vector256.Create(Philox.M1));
            c0 = (p1 >> 32) ^ c1 ^ Vector256.Create(k0).AsUInt64();
            c2 = (p0 >> 32) ^ c3 ^ Vector256.Create(k1).AsUInt64();
            (c1, c3) = (p1, p0);
            k0 = unchecked(k0 + Philox.W0);
            k1 = unchecked(k1 + Philox.W1);
        }
        var even = Pairs(c0, c1);
        var odd = Pairs(c2, c3);
        return (Avx2.UnpackLow(even, odd).AsUInt32(), Avx2.UnpackHigh(even, odd).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Pairs(Vector256<ulong> low, Vector256<ulong> high) =>
        (low & Vector256.Create(0xfffffffful)) | high << 32;
}
