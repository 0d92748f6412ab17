using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_gatherImages3 = new("gather_images", "gather_images3"),
        s_gatherImages = new("gather_images", "gather_images");

    /// <inheritdoc/>
    public override void GatherImages(TensorView pixels, TensorView indices, TensorView flips, TensorView turns,
        TensorView upright, TensorView rotated)
    {
        if (upright.Count == 0) return;
        if (rotated.Address != 0) SameType("GatherImages", upright, rotated);
        int n = upright.Shape[0], size = upright.Shape[1], c = upright.Shape[3];
        var tiles = new TurnTiles(pixels.Address, n, size, c);
        var args = new GatherImagesArgs
        {
            Pixels = pixels.Address, Indices = indices.Address, Flips = flips.Address, Turns = turns.Address,
            Upright = upright.Address, Rotated = rotated.Address,
            Count = tiles.Count, PerImage = tiles.PerImage, PerRow = tiles.PerRow,
            M = pixels.Shape[0], Size = size, Channels = c, Side = tiles.Side, Shift = tiles.Shift, Wide = tiles.Wide,
            Words = TurnTiles.Words(upright.Address | rotated.Address, size * c * upright.Type.Size()),
        };
        Launch(c == 3 ? s_gatherImages3 : s_gatherImages, upright.Type,
            GridStride(tiles.Count * TurnTiles.Threads, TurnTiles.Threads), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct GatherImagesArgs
    {
        public nint Pixels, Indices, Flips, Turns, Upright, Rotated;
        public long Count;
        public Divisor PerImage, PerRow;
        public int M, Size, Channels, Side, Shift, Wide, Words;
    }
}
