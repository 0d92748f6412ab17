using Ssgan.Engine;

namespace Ssgan.Gan.Data.Loading;

/// <summary>How images become batches.</summary>
public sealed record LoaderOptions
{
    /// <summary>Images per batch; where ranks share it, of all ranks.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Which part of each batch is read; all of it, unless ranks share it. Parts need batches of one size.</summary>
    public BatchShare Share { get; init; } = BatchShare.Whole;

    /// <summary>Images of a whole batch that are read.</summary>
    internal int Images => Share.Of(BatchSize);

    /// <summary>
    /// Leave out an epoch's last images when they do not fill a batch. Kept (false), the last batch is smaller, down to one
    /// image, and batch norm has no variance over a batch of one 1x1 map.
    /// </summary>
    public bool DropLast { get; init; } = true;

    /// <summary>Mirror each image left to right with probability one half, decided by (seed, epoch, index).</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Batches prepared ahead of the one being used.</summary>
    public int Prefetch { get; init; } = 3;
}
