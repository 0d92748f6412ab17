using System.Diagnostics.CodeAnalysis;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Philox 4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): a bijection of
/// a 128-bit counter under a 64-bit key. Any number of a stream is computed from its position alone, by any thread.
/// <para>
/// The device stream, equal on every backend. A generator is four words: key low, key high, counter low, counter high; the counter is a 64-bit
/// number of blocks. A call that fills `count` elements takes for element i word i mod 4 of
/// the block (low(b), high(b), 0, 0), where b = counter + ⌊i / 4⌋ mod 2^64, and then adds ⌈count / 4⌉ to the counter.
/// </para>
/// <para>Uniform: element = <see cref="Uniform(uint, float, float)"/> of (word, low, high).</para>
/// <para>
/// Normal: elements 2j and 2j + 1 are <see cref="Normals"/> of (word 2j mod 4, word (2j + 1) mod 4) of the same block; where count is odd the
/// second of the last pair is dropped.
/// </para>
/// </summary>
public static class Philox
{
    /// <summary>2^-24: one step of a 24-bit fraction, all of which a float can hold.</summary>
    public const float Step = 1f / (1 << 24);

    const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The four words of counter (c0, c1, c2, c3) under key (k0, k1).</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < 10; round++)
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

    /// <summary>low + u·(high − low) in single precision, product and sum rounded separately; where that rounds up to high, the number below it.</summary>
    public static float Uniform(uint x, float low, float high)
    {
        float y = low + Uniform(x) * (high - low);
        return y < high ? y : MathF.Max(low, MathF.BitDecrement(high));
    }

    /// <summary>
    /// Box-Muller: r = √(−2·ln u), u = (⌊x / 256⌋ + 1)·2^-24 in (0, 1], θ = 2π·⌊y / 256⌋·2^-24; gives (r·cos θ, r·sin θ). Evaluated in double
    /// precision and rounded once, so that it depends on no maths library's last bit; a device in single precision agrees within 2e-6.
    /// </summary>
    public static (float Even, float Odd) Normals(uint x, uint y)
    {
        double u = ((x >> 8) + 1) * (double)Step, theta = 2 * Math.PI * ((y >> 8) * (double)Step);
        double r = Math.Sqrt(-2 * Math.Log(u));
        var (sin, cos) = Math.SinCos(theta);
        return ((float)(r * cos), (float)(r * sin));
    }
}

/// <summary>
/// A sequential stream of Philox words on the host, for shuffles and procedural data. Its whole state is a key and a position. Word p is
/// word p mod 4 of block (low(p / 4), high(p / 4), 1, 0): the 1 keeps it apart from the device stream of the same key.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers, the field's term.")]
public sealed class PhiloxStream
{
    readonly ulong _key;
    ulong _cached;
    (uint W0, uint W1, uint W2, uint W3) _block;
    bool _hasBlock;

    /// <summary>A stream at a position.</summary>
    public PhiloxStream(ulong key, ulong counter = 0)
    {
        _key = key;
        Counter = counter;
    }

    /// <summary>Words drawn so far; setting it moves the stream there.</summary>
    public ulong Counter { get; set; }

    /// <summary>The next word.</summary>
    public uint NextUInt32()
    {
        ulong position = Counter++, block = position >> 2;
        if (!_hasBlock || block != _cached)
        {
            _block = Philox.Block((uint)block, (uint)(block >> 32), 1, 0, (uint)_key, (uint)(_key >> 32));
            _cached = block;
            _hasBlock = true;
        }
        return (position & 3) switch
        {
            0 => _block.W0,
            1 => _block.W1,
            2 => _block.W2,
            _ => _block.W3,
        };
    }

    /// <summary>A number in [0, n), each equally likely (Lemire 2019: multiply, and redraw in the short interval).</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is not positive.</exception>
    public int NextBelow(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ulong product = (ulong)NextUInt32() * (uint)n;
        if ((uint)product < (uint)n)
        {
            uint threshold = unchecked(0u - (uint)n) % (uint)n;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * (uint)n;
        }
        return (int)(product >> 32);
    }

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => Philox.Uniform(NextUInt32());

    /// <summary>A standard normal; always two words, so that the position stays the whole state.</summary>
    public float NextNormal()
    {
        uint x = NextUInt32(), y = NextUInt32();
        return Philox.Normals(x, y).Even;
    }
}
