namespace Ssgan.Engine.Kernels;

/// <summary>
/// Philox 4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): a
/// bijection of a 128-bit counter under a 64-bit key. Any number of a stream is computed from its position alone, by any thread.
/// <para>
/// The device stream, equal on every backend. A generator is four words: key low, key high, counter low, counter high; the
/// counter is a 64-bit number of blocks. A call that fills `count` elements takes for element i word i mod 4 of
/// the block (low(b), high(b), 0, 0), where b = counter + ⌊i / 4⌋ mod 2^64, and then adds ⌈count / 4⌉ to the counter.
/// </para>
/// <para>Uniform: element = <see cref="Uniform(uint, float, float)"/> of (word, low, high).</para>
/// <para>
/// Normal: elements 2j and 2j + 1 are <see cref="Normals"/> of (word 2j mod 4, word (2j + 1) mod 4) of the same block; where
/// count is odd the second of the last pair is dropped.
/// </para>
/// </summary>
public static class Philox
{
    /// <summary>2^-24: one step of a 24-bit fraction, all of which a float can hold.</summary>
    public const float Step = 1f / (1 << 24);

    internal const int Rounds = 10;
    internal const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The four words of counter (c0, c1, c2, c3) under key (k0, k1).</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint)p1;
            c3 = (uint)p0;
            k0 = unchecked(k0 + W0);
            k1 = unchecked(k1 + W1);
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>The four words of a block of the device stream.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(ulong counter, ulong key) =>
        Block((uint)counter, (uint)(counter >> 32), 0, 0, (uint)key, (uint)(key >> 32));

    /// <summary>u = ⌊x / 256⌋·2^-24, in [0, 1).</summary>
    public static float Uniform(uint x) => (x >> 8) * Step;

    /// <summary>
    /// low + u·(high − low) in single precision, product and sum rounded separately; where that rounds up to high, the
    /// number below it.
    /// </summary>
    public static float Uniform(uint x, float low, float high)
    {
        float y = low + Uniform(x) * (high - low);
        return y < high ? y : MathF.Max(low, MathF.BitDecrement(high));
    }

    /// <summary>
    /// Box-Muller: r = √(−2·ln u), u = (⌊x / 256⌋ + 1)·2^-24 in (0, 1], θ = 2π·⌊y / 256⌋·2^-24; gives (r·cos θ, r·sin θ).
    /// Evaluated in double precision and rounded once, so that it depends on no maths library's last bit; a device in single
    /// precision agrees within 2e-6.
    /// </summary>
    public static (float Even, float Odd) Normals(uint x, uint y)
    {
        double u = ((x >> 8) + 1) * (double)Step, theta = 2 * Math.PI * ((y >> 8) * (double)Step);
        double r = Math.Sqrt(-2 * Math.Log(u));
        var (sin, cos) = Math.SinCos(theta);
        return ((float)(r * cos), (float)(r * sin));
    }
}
