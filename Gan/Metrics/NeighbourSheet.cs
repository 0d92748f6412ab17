namespace Ssgan.Gan.Metrics;

/// <summary>Images, each followed in its row by the real ones that are most like it.</summary>
/// <param name="Pixels">U8 (Count, S, S, 3), row by row.</param>
/// <param name="Count">Images of the sheet.</param>
/// <param name="Columns">Images of a row.</param>
public sealed record NeighbourSheet(byte[] Pixels, int Count, int Columns);
