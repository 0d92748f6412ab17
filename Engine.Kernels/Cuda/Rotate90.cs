using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_rotateTile3 = new("rotate90", "rotate90_tile3"),
        s_rotateTile = new("rotate90", "rotate90_tile"),
        s_rotateWide = new("rotate90", "rotate90_wide"), s_rotateWide16 = new("rotate90", "rotate90_wide16");

    /// <inheritdoc/>
    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse)
    {
        if (y.Count == 0) return;
        SameType("Rotate90", x, y);
        const int Torn = 32;
        int size = x.Shape[1], c = x.Shape[3], pixel = c * x.Type.Size();
        var args = new Rotate90Args
        {
            X = x.Address, Y = y.Address, Turns = turns.Address, Size = size, Channels = c, Inverse = inverse ? 1 : 0,
        };
        if (pixel >= Torn)
        {
            int unit = VectorPacking.Unit(x.Address | y.Address | pixel);
            args.Count = y.Bytes / unit;
            (args.PerImage, args.PerRow) = (new(pixel / unit), new(size));
            Launch(unit == 16 ? s_rotateWide16 : s_rotateWide, OfSize(unit), GridStride(args.Count), args);
            return;
        }
        var tiles = new TurnTiles(x.Address, x.Shape[0], size, pixel);
        (args.Count, args.PerImage, args.PerRow) = (tiles.Count, tiles.PerImage, tiles.PerRow);
        (args.Side, args.Shift, args.Wide, args.Words) = (tiles.Side, tiles.Shift, tiles.Wide,
            TurnTiles.Words(y.Address, size * pixel));
        Launch(c == 3 ? s_rotateTile3 : s_rotateTile, x.Type,
            GridStride(tiles.Count * TurnTiles.Threads, TurnTiles.Threads), args);
    }

    /// <summary>How square images are cut into the tiles of turn.cuh; see there.</summary>
    readonly struct TurnTiles
    {
        public const int Threads = 256;
        // Bytes of shared memory that the kernels keep for a tile.
        const int Room = 12800;

        public readonly long Count;
        public readonly Divisor PerImage, PerRow;
        public readonly int Side, Shift, Wide;

        public TurnTiles(nint x, int images, int size, int pixelBytes)
        {
            Side = 32;
            while (Side > 1 && Side * Pitch(Side * pixelBytes) > Room) Side /= 2;
            if (Side * Pitch(Side * pixelBytes) > Room)
                throw new ArgumentException($"A rotation's tile has room for pixels of {Room} bytes; these have {pixelBytes}.");
            int across = (size + Side - 1) / Side;
            (PerImage, PerRow, Count) = (new((long)across * across), new(across), (long)across * across * images);
            Wide = ((x | (nint)size * pixelBytes | Side * pixelBytes) & 15) == 0 ? 1 : 0;
            int packs = Math.Min(Side, size) * pixelBytes / 16;
            Shift = Math.Min(5, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, packs))));
        }

        static int Pitch(int bytes) => ((bytes + 15) / 16 | 1) * 16;

        /// <summary>Whether rows of so many bytes at y may be written by 4 bytes.</summary>
        public static int Words(nint y, int rowBytes) => ((y | rowBytes) & 3) == 0 ? 1 : 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Rotate90Args
    {
        public nint X, Y, Turns;
        public long Count;
        public Divisor PerImage, PerRow;
        public int Size, Channels, Side, Shift, Wide, Words, Inverse;
    }
}
