namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>Where kernels may move 16 bytes at a time.</summary>
static class VectorPacking
{
    /// <summary>Elements that fill 16 bytes.</summary>
    public static int Width(DType type) => 16 / type.Size();

    /// <summary>Whether the view begins at a multiple of 16 bytes.</summary>
    public static bool Aligned(TensorView view) => (view.Address & 15) == 0;

    /// <summary>
    /// Items of a grid-stride loop that takes packs where both views are aligned, and single elements elsewhere.
    /// </summary>
    public static long Items(TensorView x, TensorView y) =>
        Aligned(x) && Aligned(y) ? (y.Count + Width(y.Type) - 1) / Width(y.Type) : y.Count;

    /// <summary>
    /// The widest of 16, 4, 2 and 1 bytes that divides all of an address or a size, given as the bits that any of them has.
    /// </summary>
    public static int Unit(long bits) => (bits & 15) == 0 ? 16 : (bits & 3) == 0 ? 4 : (bits & 1) == 0 ? 2 : 1;
}
