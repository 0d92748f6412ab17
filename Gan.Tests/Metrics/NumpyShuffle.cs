namespace Ssgan.Tests.Metrics;

/// <summary>
/// numpy.random.RandomState(seed).permutation(n): the Mersenne Twister (Matsumoto and Nishimura 1998) and a shuffle.
/// </summary>
static class NumpyShuffle
{
    const int Length = 624, Offset = 397;

    public static int[] Permutation(uint seed, int n)
    {
        uint[] state = new uint[Length];
        state[0] = seed;
        for (uint i = 1; i < Length; i++) state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >> 30) + i;
        int at = Length;
        int[] order = [.. Enumerable.Range(0, n)];
        for (int i = n - 1; i > 0; i--)
        {
            // Bits enough for i, again until they are not above it.
            uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount((uint)i), other;
            while ((other = Next(state, ref at) & mask) > i)
            {
            }
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    static uint Next(uint[] state, ref int at)
    {
        if (at == Length)
        {
            for (int i = 0; i < Length; i++)
            {
                uint bits = state[i] & 0x80000000 | state[(i + 1) % Length] & 0x7FFFFFFF;
                state[i] = state[(i + Offset) % Length] ^ bits >> 1 ^ ((bits & 1) == 0 ? 0 : 0x9908B0DF);
            }
            at = 0;
        }
        uint y = state[at++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C5680;
        y ^= y << 15 & 0xEFC60000;
        return y ^ y >> 18;
    }
}
