using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // From here on y will not be in the cache when somebody reads it: it is written past the cache, which saves
    // reading it in first.
    const long RotateStreamBytes = 8 << 20;

    /// <inheritdoc/>
    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse)
    {
        int n = x.Shape[0], size = x.Shape[1], c = x.Shape[3];
        if (y.Count == 0) return;
        var map = new RotateMap(size, c);
        int grain = (int)Math.Clamp(16384 / ((long)size * c * RotateMap.Tile), 1, int.MaxValue);
        // Whole cache lines from whole vectors.
        bool fits = c == 3 && Sse41.IsSupported && size % RotateMap.Tile == 0 && y.Address % 64 == 0;
        if (fits && y.Bytes >= RotateStreamBytes)
            _workers.For(n * map.Strips, grain, new RotateStrips<Yes>(x.F32, y.F32, turns.I32, map, inverse));
        else _workers.For(n * map.Strips, grain, new RotateStrips<No>(x.F32, y.F32, turns.I32, map, inverse));
    }

    /// <summary>
    /// An item is a strip of <see cref="RotateMap.Tile"/> rows of an image of x: read from memory once and in order, while
    /// each piece of a row of y that it becomes is whole cache lines (16 pixels of 12 bytes are three). Written past the
    /// caches a batch takes the time of a copy; the walk by rows of y, whose columns of x the hardware does not guess, took
    /// four times that. Such stores are weakly ordered; the locked instruction by which a thread takes its next chunk of the
    /// loop waits for them.
    /// </summary>
    readonly struct RotateStrips<TStream>(float* x, float* y, int* turns, RotateMap map, bool inverse)
        : IParallelBody where TStream : unmanaged, IChoice
    {
        public void Invoke(int start, int end)
        {
            nint row = (nint)map.Size * map.C, image = map.Size * row;
            for (int item = start; item < end; item++)
            {
                int n = item / map.Strips, r0 = item % map.Strips * RotateMap.Tile, r1 = Math.Min(r0 + RotateMap.Tile, map.Size);
                // The low two bits are the residue mod 4 of negative numbers too.
                int turn = (inverse ? -turns[n] : turns[n]) & 3;
                float* from = x + n * image + r0 * row, to = y + n * image;
                if (turn == 0) Copy(from, to + r0 * row, (r1 - r0) * row);
                else if (map.C == 1) Turn(from, to, map.Pieces(turn, r0, r1));
                else if (map.C == 3) Turn((Pixel3*)from, (Pixel3*)to, map.Pieces(turn, r0, r1));
                else if (map.C == 4) Turn((Vector128<float>*)from, (Vector128<float>*)to, map.Pieces(turn, r0, r1));
                else TurnWide(from, to, map.Pieces(turn, r0, r1), map.C);
            }
        }

        static void Copy(float* x, float* y, nint count)
        {
            nint i = 0;
            for (; TStream.Value && i < count; i += 8) Vector256.Load(x + i).StoreAlignedNonTemporal(y + i);
            Buffer.MemoryCopy(x + i, y + i, (count - i) * sizeof(float), (count - i) * sizeof(float));
        }

        static void Turn<TPixel>(TPixel* x, TPixel* y, in RotatePieces p) where TPixel : unmanaged
        {
            // Each piece asks for as much of the next strip.
            TPixel* from = x + p.From, to = y + p.To, next = x + p.Count * p.Pixels;
            for (nint i = 0; i < p.Count; i++, from += p.NextFrom, to += p.NextTo, next += p.Pixels)
            {
                nint k = 0;
                if (typeof(TPixel) == typeof(Pixel3) && Sse41.IsSupported)
                {
                    if (TStream.Value) Cache.Prefetch((float*)next, 3 * p.Pixels);
                    for (; k <= p.Pixels - 4; k += 4)
                        FourPixels<TStream>((float*)(from + k * p.Step), 3 * p.Step, (float*)(to + k));
                }
                TPixel* one = from + k * p.Step;
                for (; k < p.Pixels; k++, one += p.Step) to[k] = *one;
            }
        }

        static void TurnWide(float* x, float* y, in RotatePieces p, int c)
        {
            for (nint i = 0; i < p.Count; i++)
            {
                float* from = x + (p.From + i * p.NextFrom) * c, to = y + (p.To + i * p.NextTo) * c;
                for (nint k = 0; k < p.Pixels; k++, from += p.Step * c, to += c) CopyPixel(from, to, c);
            }
        }
    }

    /// <summary>Four pixels of three floats, a step of floats apart, side by side; reads nothing but them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void FourPixels<TStream>(float* x, nint step, float* y) where TStream : unmanaged, IChoice
    {
        float* b = x + step, c = b + step, d = c + step;
        var v0 = Sse.LoadLow(Vector128<float>.Zero, x);
        v0 = Sse41.Insert(Sse41.Insert(v0, Vector128.CreateScalarUnsafe(x[2]), 0x20), Vector128.CreateScalarUnsafe(b[0]), 0x30);
        var v1 = Sse.LoadHigh(Sse.LoadLow(Vector128<float>.Zero, b + 1), c);
        var v2 = Sse.LoadHigh(Sse.UnpackLow(Vector128.CreateScalarUnsafe(c[2]), Vector128.CreateScalarUnsafe(d[0])), d + 1);
        if (TStream.Value)
        {
            v0.StoreAlignedNonTemporal(y);
            v1.StoreAlignedNonTemporal(y + 4);
            v2.StoreAlignedNonTemporal(y + 8);
        }
        else
        {
            v0.Store(y);
            v1.Store(y + 4);
            v2.Store(y + 8);
        }
    }

    /// <summary>Square images of a size and so many channels, cut into strips of rows.</summary>
    readonly struct RotateMap(int size, int c)
    {
        public const int Tile = 16;
        public readonly int Size = size, C = c, Strips = (size + Tile - 1) / Tile;

        /// <summary>
        /// Where rows [r0, r1) of x go. With S = size − 1, pixel (r, c) goes to (S − c, r) for one turn, to (S − r, S − c) for
        /// two, to (c, S − r) for three.
        /// </summary>
        public RotatePieces Pieces(int turn, int r0, int r1)
        {
            int rows = r1 - r0;
            nint size = Size;
            return turn switch
            {
                1 => new(size, rows, size - 1, -1, size, r0, size),
                2 => new(rows, size, rows * size - 1, -size, -1, (size - r1) * size, size),
                _ => new(size, rows, (rows - 1) * size, 1, -size, size - r1, size),
            };
        }
    }

    /// <summary>
    /// A strip of x as pieces of rows of y, in pixels: the first piece begins at From in the strip and goes to To in the image,
    /// the next ones begin NextFrom and NextTo further each. The pixels of a piece lie side by side in y, Step apart in x.
    /// </summary>
    readonly record struct RotatePieces(nint Count, nint Pixels, nint From, nint NextFrom, nint Step, nint To, nint NextTo);

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
}
