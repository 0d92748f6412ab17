using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void RotateQuarters(View x, View y, View labels)
    {
        int n = x.Shape[0];
        for (int i = 0; i < n; i++) labels.I32[i] = (int)(4L * i / n);
        Rotate90(x, labels, y, false);
    }

    public override void Rotate90(View x, View turns, View y, bool inverse)
    {
        int n = x.Shape[0], size = x.Shape[1], c = x.Shape[3];
        long row = (long)size * c;
        if (n * row == 0) return;
        int strips = (size + RotateRows.Tile - 1) / RotateRows.Tile;
        int grain = (int)Math.Clamp(16384 / (row * RotateRows.Tile), 1, int.MaxValue);
        _workers.For(n * strips, grain,
            new RotateRows { X = x.F32, Y = y.F32, Turns = turns.I32, Size = size, C = c, Strips = strips, Inverse = inverse });
    }

    /// <summary>
    /// An item is a strip of <see cref="Tile"/> rows of one output image. With S = size − 1, pixel (r, c) comes from (c, S − r) for one turn,
    /// (S − r, S − c) for two, (S − c, r) for three. Odd turns walk the strip in square tiles: the input columns they read stay in the L1 cache.
    /// </summary>
    struct RotateRows : IRange
    {
        public const int Tile = 16;
        public float* X, Y;
        public int* Turns;
        public int Size, C, Strips;
        public bool Inverse;

        public readonly void Invoke(int start, int end)
        {
            long image = (long)Size * Size * C;
            for (int item = start; item < end; item++)
            {
                int n = item / Strips, r0 = item % Strips * Tile, r1 = Math.Min(r0 + Tile, Size);
                // The low two bits are the residue mod 4 of negative numbers too.
                int turn = (Inverse ? -Turns[n] : Turns[n]) & 3;
                float* x = X + n * image;
                float* y = Y + n * image;
                nint row = (nint)Size * C;
                long bytes = (r1 - r0) * row * sizeof(float);
                if (turn == 0) Buffer.MemoryCopy(x + r0 * row, y + r0 * row, bytes, bytes);
                else if (C == 1) Turn(x, y, turn, r0, r1);
                else if (C == 3) Turn((Pixel3*)x, (Pixel3*)y, turn, r0, r1);
                else if (C == 4) Turn((Pixel4*)x, (Pixel4*)y, turn, r0, r1);
                else TurnWide(x, y, turn, r0, r1);
            }
        }

        /// <summary>Where output pixel (r, 0) comes from, and how far apart the sources of a row's neighbours are; in pixels.</summary>
        readonly (nint Origin, nint Step) Source(int turn, int r) => turn switch
        {
            1 => (Size - 1 - r, Size),
            2 => ((nint)(Size - r) * Size - 1, -1),
            _ => ((nint)(Size - 1) * Size + r, -Size),
        };

        readonly void Turn<TPixel>(TPixel* x, TPixel* y, int turn, int r0, int r1) where TPixel : unmanaged
        {
            for (int c0 = 0; c0 < Size; c0 += Tile)
            {
                int c1 = Math.Min(c0 + Tile, Size);
                for (int r = r0; r < r1; r++)
                {
                    var (origin, step) = Source(turn, r);
                    TPixel* from = x + origin + step * c0;
                    TPixel* to = y + (nint)r * Size;
                    for (int c = c0; c < c1; c++, from += step) to[c] = *from;
                }
            }
        }

        readonly void TurnWide(float* x, float* y, int turn, int r0, int r1)
        {
            for (int r = r0; r < r1; r++)
            {
                var (origin, step) = Source(turn, r);
                float* from = x + origin * C;
                float* to = y + (nint)r * Size * C;
                for (int c = 0; c < Size; c++, from += step * C, to += C) CopyPixel(from, to, C);
            }
        }
    }

    /// <summary>Copies a pixel; the arrays do not overlap, so that the last vector may repeat part of the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CopyPixel(float* x, float* y, int c)
    {
        int width = Vector<float>.Count, i = 0;
        if (c < width)
        {
            for (; i < c; i++) y[i] = x[i];
            return;
        }
        for (; i < c - width; i += width) Vector.Load(x + i).Store(y + i);
        Vector.Load(x + c - width).Store(y + c - width);
    }

    [InlineArray(3)]
    struct Pixel3
    {
        float _first;
    }

    [InlineArray(4)]
    struct Pixel4
    {
        float _first;
    }
}
