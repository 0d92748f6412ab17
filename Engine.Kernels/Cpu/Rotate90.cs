using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // From here on y will not be in the cache when somebody reads it: it is written past the cache, which saves reading it in first.
    const long RotateStreamBytes = 8 << 20;

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
        int strips = (size + RotateMap.Tile - 1) / RotateMap.Tile;
        int grain = (int)Math.Clamp(16384 / (row * RotateMap.Tile), 1, int.MaxValue);
        bool fits = row * RotateMap.Tile <= RotateMap.StripFloats && row % Vector<float>.Count == 0 && y.Address % sizeof(Vector<float>) == 0;
        if (fits && y.Bytes >= RotateStreamBytes) Rotate<Yes>(x, turns, y, inverse, strips, grain);
        else Rotate<No>(x, turns, y, inverse, strips, grain);
    }

    void Rotate<TStream>(View x, View turns, View y, bool inverse, int strips, int grain) where TStream : unmanaged, IChoice
    {
        var map = new RotateMap(x.Shape[1], x.Shape[3]);
        var body = new RotateRows<TStream> { X = x.F32, Y = y.F32, Turns = turns.I32, Map = map, Strips = strips, Inverse = inverse };
        _workers.For(x.Shape[0] * strips, grain, body);
    }

    /// <summary>
    /// An item is a strip of <see cref="RotateMap.Tile"/> rows of one output image. Written past the cache it is put together in the L1 cache first,
    /// because such stores want whole lines in order. They are weakly ordered; the locked instruction by which a thread takes its next chunk of the
    /// loop waits for them.
    /// </summary>
    struct RotateRows<TStream> : IRange where TStream : unmanaged, IChoice
    {
        public float* X, Y;
        public int* Turns;
        public RotateMap Map;
        public int Strips;
        public bool Inverse;

        [SkipLocalsInit]
        public readonly void Invoke(int start, int end)
        {
            float* strip = stackalloc float[TStream.Value ? RotateMap.StripFloats : 0];
            nint row = (nint)Map.Size * Map.C, image = Map.Size * row;
            for (int item = start; item < end; item++)
            {
                int n = item / Strips, r0 = item % Strips * RotateMap.Tile, r1 = Math.Min(r0 + RotateMap.Tile, Map.Size);
                // The low two bits are the residue mod 4 of negative numbers too.
                int turn = (Inverse ? -Turns[n] : Turns[n]) & 3;
                float* x = X + n * image;
                float* y = Y + n * image;
                nint first = r0 * row, count = (r1 - r0) * row;
                if (TStream.Value)
                {
                    if (turn == 0) StreamCopy(x + first, y + first, count);
                    else
                    {
                        Map.Rows(x, strip - first, turn, r0, r1);
                        StreamCopy(strip, y + first, count);
                    }
                }
                else if (turn == 0) Buffer.MemoryCopy(x + first, y + first, count * sizeof(float), count * sizeof(float));
                else Map.Rows(x, y, turn, r0, r1);
            }
        }

        /// <summary>Whole aligned vectors, past the cache.</summary>
        static void StreamCopy(float* x, float* y, nint count)
        {
            for (nint i = 0; i < count; i += Vector<float>.Count) Vector.Load(x + i).StoreAlignedNonTemporal(y + i);
        }
    }

    /// <summary>
    /// Turns square images of a size and so many channels. With S = size − 1, pixel (r, c) comes from (c, S − r) for one turn, from
    /// (S − r, S − c) for two, from (S − c, r) for three. Odd turns walk a strip in square tiles: the input columns they read stay in the L1 cache.
    /// </summary>
    readonly struct RotateMap(int size, int c)
    {
        public const int Tile = 16, StripFloats = 8192;
        public readonly int Size = size, C = c;

        /// <summary>Rows [r0, r1) of y, which starts at its row 0, for one to three turns.</summary>
        public void Rows(float* x, float* y, int turn, int r0, int r1)
        {
            if (C == 1) Turn(x, y, turn, r0, r1);
            else if (C == 3) Turn((Pixel3*)x, (Pixel3*)y, turn, r0, r1);
            else if (C == 4) Turn((Pixel4*)x, (Pixel4*)y, turn, r0, r1);
            else TurnWide(x, y, turn, r0, r1);
        }

        /// <summary>Where output pixel (r, 0) comes from, and how far apart the sources of a row's neighbours are; in pixels.</summary>
        (nint Origin, nint Step) Source(int turn, int r) => turn switch
        {
            1 => (Size - 1 - r, Size),
            2 => ((nint)(Size - r) * Size - 1, -1),
            _ => ((nint)(Size - 1) * Size + r, -Size),
        };

        void Turn<TPixel>(TPixel* x, TPixel* y, int turn, int r0, int r1) where TPixel : unmanaged
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

        void TurnWide(float* x, float* y, int turn, int r0, int r1)
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
