namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>Sizes of a product, (M, K) x (K, N) with K = taps x depth, and how it is cut into tasks for the threads.</summary>
readonly struct GemmPlan
{
    /// <summary>
    /// Most rows in a task: 132 rows x 256 k are 132 KiB, a quarter of a second-level cache of 512 KiB. A multiple of 4 and 6.
    /// </summary>
    const int MaxRows = 132;
    /// <summary>
    /// Below this many multiply-adds, about 10 microseconds of one core, waking threads costs more than it gains.
    /// </summary>
    const long SerialWork = 1 << 18;
    /// <summary>Panels packed once take at most this many floats (256 MiB); beyond, each task packs what it needs.</summary>
    const long MaxShared = 1L << 26;
    const int MinPanels = 4, MinTiles = 4, TasksPerThread = 4;

    // What a task needs for itself, in floats, each part a multiple of a cache line.
    public const int TableFloats = 320, ZeroFloats = KBlocks.MaxLength, EdgeFloats = 8 * 32,
        RowFloats = (MaxRows + 8) * KBlocks.MaxLength;
    public const int PanelFloats = 32 * KBlocks.MaxLength;
    public const int OwnFloats = TableFloats + ZeroFloats + EdgeFloats + RowFloats + PanelFloats;

    public GemmPlan(int m, int n, int taps, int depth, int tileRows, int tileColumns, bool share, int threads)
    {
        (M, N, Blocks) = (m, n, new KBlocks(taps, depth));
        int tiles = (m + tileRows - 1) / tileRows;
        Panels = (n + tileColumns - 1) / tileColumns;
        int rowBlocks = (tiles + MaxRows / tileRows - 1) / (MaxRows / tileRows);
        Chunks = 1;
        Serial = (long)m * n * Blocks.Total < SerialWork || threads == 1;
        // A panel used by one block of rows is packed by the task that uses it: one loop less to start.
        Share = share && rowBlocks > 1 && Panels * (long)tileColumns * Blocks.Total <= MaxShared;
        int wanted = Serial ? 1 : TasksPerThread * threads;
        while (rowBlocks * Chunks < wanted && Panels / (Chunks + 1) >= MinPanels) Chunks++;
        while (rowBlocks * Chunks < wanted && tiles / (rowBlocks + 1) >= MinTiles) rowBlocks++;
        ChunkPanels = (Panels + Chunks - 1) / Chunks;
        Chunks = (Panels + ChunkPanels - 1) / ChunkPanels;
        BlockRows = (tiles + rowBlocks - 1) / rowBlocks * tileRows;
        Tasks = (m + BlockRows - 1) / BlockRows * Chunks;
    }

    public int M { get; }
    public int N { get; }
    public KBlocks Blocks { get; init; }

    /// <summary>Panels in a row of c.</summary>
    public int Panels { get; }

    /// <summary>Rows of c in a task.</summary>
    public int BlockRows { get; }

    /// <summary>Panels in a task.</summary>
    public int ChunkPanels { get; }

    /// <summary>Tasks side by side in a block of rows.</summary>
    public int Chunks { get; }

    /// <summary>Tasks in all.</summary>
    public int Tasks { get; }

    /// <summary>Whether panels are packed once, before the tasks.</summary>
    public bool Share { get; }

    /// <summary>Whether one thread does it all.</summary>
    public bool Serial { get; }
}
