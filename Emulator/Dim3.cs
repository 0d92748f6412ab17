namespace Ssgan.Emulator;

/// <summary>The size of a grid or a block, or a place in it.</summary>
readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    public long Count => (long)X * Y * Z;

    /// <summary>The place with linear number <paramref name="index"/>, x fastest.</summary>
    public Dim3 Place(long index) => new((int)(index % X), (int)(index / X % Y), (int)(index / ((long)X * Y)));

    public override string ToString() => $"({X}, {Y}, {Z})";
}
