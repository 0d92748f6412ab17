namespace Ssgan.Gan.Data;

/// <summary>
/// The splitmix64 stream: a counter through a bijective mixer. The whole state is one number, so that any stream can be started
/// from (seed, epoch, index) without running through its predecessors.
/// </summary>
internal struct SplitMix(ulong state)
{
    ulong _state = state;

    /// <summary>A stream of its own for each triple.</summary>
    internal static SplitMix For(ulong seed, ulong a, ulong b = 0) =>
        new(Mix(Mix(Mix(seed + 0x632BE59BD9B4E019) ^ a) + 0x9E3779B97F4A7C15 ^ b));

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, 1) on a grid of 2^-24, exact in single precision.</summary>
    internal float Float() => (Next() >> 40) * (1f / (1 << 24));

    internal float Between(float low, float high) => low + (high - low) * Float();

    /// <summary>Uniform in [0, n) up to a bias below n / 2^64.</summary>
    internal int Below(int n) => (int)Math.BigMul(Next(), (ulong)n, out _);

    internal bool Chance(float probability) => Float() < probability;
}
