using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void GatherImages(TensorView pixels, TensorView indices, TensorView flips, TensorView turns,
        TensorView upright, TensorView rotated)
    {
        CheckRows("GatherImages", indices, pixels.Shape);
        int n = upright.Shape[0], size = upright.Shape[1], c = upright.Shape[3];
        if (upright.Count > 0)
        {
            int grain = (int)Math.Clamp(16384 / ((long)size * c), 1, int.MaxValue);
            _workers.For(checked(n * size), grain, new GatherRowsOfPixels
            {
                Pixels = pixels.U8, Indices = indices.I32, Flips = flips.I32, Y = upright.F32, Size = size, C = c,
            });
        }
        if (rotated.Address != 0) Rotate90(upright, turns, rotated, false);
    }

    /// <summary>
    /// An item is a row of an upright image. The scale and the shift are those of <see cref="Affine"/> after a cast.
    /// Flips may be null.
    /// </summary>
    struct GatherRowsOfPixels : IParallelBody
    {
        public byte* Pixels;
        public int* Indices, Flips;
        public float* Y;
        public int Size, C;

        public readonly void Invoke(int start, int end)
        {
            nint row = (nint)Size * C;
            for (int item = start; item < end; item++)
            {
                int n = item / Size;
                byte* from = Pixels + ((nint)Indices[n] * Size + item % Size) * row;
                float* to = Y + item * row;
                if (Flips == null || Flips[n] == 0)
                {
                    for (nint i = 0; i < row; i++) to[i] = Normalise(from[i]);
                    continue;
                }
                for (int j = 0; j < Size; j++, to += C)
                    for (int k = 0; k < C; k++) to[k] = Normalise(from[(nint)(Size - 1 - j) * C + k]);
            }
        }

        static float Normalise(byte pixel) => MathF.FusedMultiplyAdd(pixel, 1 / 127.5f, -1);
    }
}
