namespace Ssgan.Engine;

/// <summary>A rank's part of a batch that all ranks have in common: of R·n samples those from rank·n on.</summary>
/// <param name="Rank">Which part, from 0.</param>
/// <param name="Size">How many parts there are, R.</param>
public readonly record struct BatchShare(int Rank, int Size)
{
    /// <summary>All of it.</summary>
    public static BatchShare Whole => new(0, 1);

    /// <summary>Samples of this part.</summary>
    /// <param name="batch">Samples of all parts, a multiple of <see cref="Size"/>.</param>
    public int Of(int batch) => batch / Size;

    /// <summary>The place, in the whole batch, of this part's first sample.</summary>
    /// <param name="count">Samples of this part.</param>
    public int First(int count) => Rank * count;
}
