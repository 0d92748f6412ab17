using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Philox blocks per item of a loop.
    const int RandomBlocks = 256;

    /// <inheritdoc/>
    public override void Normal(TensorView y, TensorView generator) => Draw(y, generator, new DrawNormal());

    /// <inheritdoc/>
    public override void Uniform(TensorView y, TensorView generator, float low, float high) =>
        Draw(y, generator, new DrawUniform(low, high));

    void Draw<TDraw>(TensorView y, TensorView generator, TDraw draw) where TDraw : unmanaged, IDraw
    {
        uint* state = (uint*)generator.I32;
        ulong key = state[0] | (ulong)state[1] << 32, counter = state[2] | (ulong)state[3] << 32;
        long blocks = (y.Count + 3) / 4;
        _workers.For(checked((int)((blocks + RandomBlocks - 1) / RandomBlocks)), 4,
            new DrawRange<TDraw> { Draw = draw, Y = y.F32, Count = y.Count, Key = key, Counter = counter });
        counter = unchecked(counter + (ulong)blocks);
        state[2] = (uint)counter;
        state[3] = (uint)(counter >> 32);
    }

    struct DrawRange<TDraw> : IParallelBody where TDraw : unmanaged, IDraw
    {
        public TDraw Draw;
        public float* Y;
        public long Count;
        public ulong Key, Counter;

        public void Invoke(int start, int end)
        {
            const int blockWords = 4;
            long i = (long)start * RandomBlocks * blockWords, last = Math.Min((long)end * RandomBlocks * blockWords, Count);
            if (Avx2.IsSupported)
            {
                for (; i <= last - PhiloxVectors.Words; i += PhiloxVectors.Words)
                {
                    var (first, second) = PhiloxVectors.Blocks(unchecked(Counter + (ulong)(i / blockWords)), Key);
                    Draw.Eight(first).Store(Y + i);
                    Draw.Eight(second).Store(Y + i + 8);
                }
            }
            float* block = stackalloc float[blockWords];
            for (; i < last; i += blockWords)
            {
                var (w0, w1, w2, w3) = Philox.Block(unchecked(Counter + (ulong)(i / blockWords)), Key);
                (block[0], block[1]) = Draw.Two(w0, w1);
                (block[2], block[3]) = Draw.Two(w2, w3);
                for (int j = 0; j < Math.Min(blockWords, last - i); j++) Y[i + j] = block[j];
            }
        }
    }
}
