using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// Sizes of a convolution by Winograd's method: from (tiles, P, depth) and (columns, P, depth) to (tiles, P, columns), P being
/// the products of a tile, 36 of 3x3 taps. For the forward convolution depth are channels and columns filters, for the data
/// gradient the other way round; with groups they are a group's.
/// </summary>
readonly struct WinogradPlan
{
    /// <summary>Most floats of transformed filters at a time (16 MiB): more columns are done in turn.</summary>
    const long MaxFilters = 1L << 22;
    /// <summary>
    /// Most floats of a task's transformed tiles and products (4 MiB): they lie in a shared cache, and all filters are read once
    /// a task, so that many tiles are better than few.
    /// </summary>
    const long MaxOwn = 1L << 20;
    const int MaxTiles = 96, MinTiles = 24, GroupTiles = 16, SmallGroup = 64;
    /// <summary>
    /// Floats between the parts of what a tile becomes: one cache line more than a round size, or all would fall
    /// into the same set.
    /// </summary>
    public const int Apart = 16;
    /// <summary>Floats of one square of sixteen channels, the most at a time.</summary>
    public const int SquareFloats = 6 * 6 * 16;

    public WinogradPlan(in WinogradTiles tiles, int depth, int columns, int groups, int tileRows, int tileColumns, int threads,
        int mostPanels = int.MaxValue)
    {
        (Tiles, Depth, Columns, PanelWidth) = (tiles, depth, columns, tileColumns);
        int products = tiles.Shape.Products;
        Blocks = new KBlocks(1, depth);
        long most = Math.Max(1, MaxFilters / (products * (long)depth * tileColumns));
        ChunkPanels = (int)Math.Min(Math.Min((columns + tileColumns - 1) / tileColumns, mostPanels), most);
        long fit = MaxOwn / (products * (long)(depth + ChunkPanels * tileColumns));
        int least = MinTiles;
        // Groups are shared among the threads, too; of small ones so few tiles at a time that a first-level cache holds them.
        if (groups > 1)
        {
            threads = Math.Max(1, threads / groups);
            if (depth + columns <= SmallGroup) (fit, least) = (GroupTiles, GroupTiles);
        }
        int rows = (int)Math.Clamp(fit, least, MaxTiles), rounds = (tiles.Count + rows * threads - 1) / (rows * threads);
        rows = (tiles.Count + rounds * threads - 1) / (rounds * threads);
        TaskTiles = (rows + tileRows - 1) / tileRows * tileRows;
        Tasks = (tiles.Count + TaskTiles - 1) / TaskTiles;
        ChunkGroups = (int)Math.Clamp(MaxFilters / FilterFloats, 1, groups);
    }

    public WinogradTiles Tiles { get; }

    /// <summary>Parts of what a tile becomes.</summary>
    public int Products => Tiles.Shape.Products;

    public int Depth { get; }
    public int Columns { get; }

    /// <summary>Whether depth and columns are whole vectors of sixteen.</summary>
    public bool TakesSixteen => Depth % 16 == 0 && Columns % 16 == 0;

    /// <summary>Whether <see cref="WinogradSixteen"/> multiplies.</summary>
    public bool IsSixteen => Depth == 16 && Columns == 16 && PanelWidth == 16;

    /// <summary>How the sum over depth is cut.</summary>
    public KBlocks Blocks { get; }

    /// <summary>Columns of a packed panel.</summary>
    public int PanelWidth { get; }

    /// <summary>Panels of filters that are transformed and used at a time.</summary>
    public int ChunkPanels { get; }

    /// <summary>Groups whose filters are transformed and used at a time.</summary>
    public int ChunkGroups { get; }

    /// <summary>Tiles of a task, a multiple of the micro-kernel's rows.</summary>
    public int TaskTiles { get; }

    /// <summary>Tasks of a group.</summary>
    public int Tasks { get; }

    /// <summary>Floats between the parts of the transformed filters.</summary>
    public nint FiltersApart => (nint)ChunkPanels * PanelWidth * Depth + Apart;

    /// <summary>Floats between the parts of a task's transformed tiles.</summary>
    public nint InputsApart => (nint)TaskTiles * Depth + Apart;

    /// <summary>Floats between the parts of a task's products.</summary>
    public nint ProductsApart => (nint)TaskTiles * ChunkPanels * PanelWidth + Apart;

    /// <summary>Floats of a group's transformed filters.</summary>
    public long FilterFloats => FiltersApart * (long)Products;

    /// <summary>
    /// Floats that a task needs for itself: a pixel to read outside of the image and one to write, pointers, its tiles, its
    /// products.
    /// </summary>
    public long OwnFloats => 2 * OutsideFloats + PointerFloats + (InputsApart + ProductsApart) * (long)Products;

    /// <summary>Floats that the pointers to a task's pixels take.</summary>
    public int PointerFloats =>
        (TaskTiles * (Products + Tiles.Shape.Results) * 2 + Apart - 1) / Apart * Apart;

    /// <summary>Floats of a pixel outside the image.</summary>
    public int OutsideFloats => (Math.Max(Tiles.Channels, Tiles.Filters) + Apart - 1) / Apart * Apart;
}
