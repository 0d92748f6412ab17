namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Philox blocks per item of a loop.
    const int RandomBlocks = 256;

    public override void Normal(View y, View generator) => Draw(y, generator, new DrawNormal { Y = y.F32, Count = y.Count });

    public override void Uniform(View y, View generator, float low, float high) =>
        Draw(y, generator, new DrawUniform { Y = y.F32, Count = y.Count, Low = low, High = high });

    void Draw<TDraw>(View y, View generator, TDraw draw) where TDraw : unmanaged, IDraw
    {
        uint* state = (uint*)generator.I32;
        ulong key = state[0] | (ulong)state[1] << 32, counter = state[2] | (ulong)state[3] << 32;
        long blocks = (y.Count + 3) / 4;
        _workers.For(checked((int)((blocks + RandomBlocks - 1) / RandomBlocks)), 4,
            new DrawRange<TDraw> { Draw = draw, Key = key, Counter = counter, Blocks = blocks });
        counter = unchecked(counter + (ulong)blocks);
        state[2] = (uint)counter;
        state[3] = (uint)(counter >> 32);
    }

    /// <summary>What one block of four words becomes.</summary>
    interface IDraw
    {
        void Invoke(long first, (uint W0, uint W1, uint W2, uint W3) words);
    }

    struct DrawRange<TDraw> : IRange where TDraw : unmanaged, IDraw
    {
        public TDraw Draw;
        public ulong Key, Counter;
        public long Blocks;

        public void Invoke(int start, int end)
        {
            long last = Math.Min((long)end * RandomBlocks, Blocks);
            for (long b = (long)start * RandomBlocks; b < last; b++) Draw.Invoke(4 * b, Philox.Block(unchecked(Counter + (ulong)b), Key));
        }
    }

    struct DrawNormal : IDraw
    {
        public float* Y;
        public long Count;

        public void Invoke(long first, (uint W0, uint W1, uint W2, uint W3) words)
        {
            var (a, b) = Philox.Normals(words.W0, words.W1);
            Y[first] = a;
            if (first + 1 < Count) Y[first + 1] = b;
            if (first + 2 >= Count) return;
            (a, b) = Philox.Normals(words.W2, words.W3);
            Y[first + 2] = a;
            if (first + 3 < Count) Y[first + 3] = b;
        }
    }

    struct DrawUniform : IDraw
    {
        public float* Y;
        public long Count;
        public float Low, High;

        public void Invoke(long first, (uint W0, uint W1, uint W2, uint W3) words)
        {
            Y[first] = Philox.Uniform(words.W0, Low, High);
            if (first + 1 < Count) Y[first + 1] = Philox.Uniform(words.W1, Low, High);
            if (first + 2 < Count) Y[first + 2] = Philox.Uniform(words.W2, Low, High);
            if (first + 3 < Count) Y[first + 3] = Philox.Uniform(words.W3, Low, High);
        }
    }
}
