using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_gatherRotate3 = new("gather_rotate", "gather_rotate3"),
        s_gatherRotate = new("gather_rotate", "gather_rotate");

    public override void GatherRotate(TensorView pixels, TensorView indices, TensorView flips, TensorView upright,
        TensorView rotated, TensorView labels)
    {
        if (upright.Count == 0) return;
        SameType("GatherRotate", upright, rotated);
        int n = upright.Shape[0], size = upright.Shape[1], c = upright.Shape[3];
        var tiles = new TurnTiles(pixels.Address, n, size, c);
        var args = new GatherRotateArgs
        {
            Pixels = pixels.Address, Indices = indices.Address, Flips = flips.Address,
            Upright = upright.Address, Rotated = rotated.Address, Labels = labels.Address,
            Count = tiles.Count, Images = new(n), PerImage = tiles.PerImage, PerRow = tiles.PerRow,
            M = pixels.Shape[0], Size = size, Channels = c, Side = tiles.Side, Shift = tiles.Shift, Wide = tiles.Wide,
            Words = TurnTiles.Words(upright.Address | rotated.Address, size * c * upright.Type.Size()),
        };
        Launch(c == 3 ? s_gatherRotate3 : s_gatherRotate, upright.Type,
            GridStride(tiles.Count * TurnTiles.Threads, TurnTiles.Threads), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct GatherRotateArgs
    {
        public nint Pixels, Indices, Flips, Upright, Rotated, Labels;
        public long Count;
        public Divisor Images, PerImage, PerRow;
        public int M, Size, Channels, Side, Shift, Wide, Words;
    }
}
