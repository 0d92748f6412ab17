namespace Ssgan.Engine;

/// <summary>
/// What an indexer such as <c>x[0, 1..^1, ^1]</c> says of one axis: a position, which takes the axis away, or a range, which
/// stays. A position below zero counts from the end, as ^ does.
/// </summary>
public readonly struct TensorIndex
{
    internal enum Kind
    {
        Range,
        Position,
        Rest,
        NewAxis,
    }

    readonly Range _range;

    TensorIndex(Kind what, Range range) => (What, _range) = (what, range);

    internal Kind What { get; }

    /// <summary>All axes that the other indices do not name, whole; once in an index. Python's "...".</summary>
    public static TensorIndex Rest { get; } = new(Kind.Rest, default);

    /// <summary>A new axis of extent 1. Python's None.</summary>
    public static TensorIndex NewAxis { get; } = new(Kind.NewAxis, default);

    /// <summary>A position.</summary>
    public static implicit operator TensorIndex(int position) => position < 0 ? ^-position : (Index)position;

    /// <summary>A position.</summary>
    public static implicit operator TensorIndex(Index position) => new(Kind.Position, new Range(position, position));

    /// <summary>A range.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kind.Range, range);

    /// <summary>Start and extent on an axis of a length, or null where they leave it.</summary>
    internal (int Start, int Extent)? On(int length)
    {
        int start = _range.Start.GetOffset(length), end = What == Kind.Position ? start + 1 : _range.End.GetOffset(length);
        return start >= 0 && start <= end && end <= length ? (start, end - start) : null;
    }

    /// <summary>As in C#: "3", "^1", "1..^1"; "rest" and "new axis".</summary>
    public override string ToString() => What switch
    {
        Kind.Range => _range.ToString(),
        Kind.Position => _range.Start.ToString(),
        Kind.Rest => "rest",
        _ => "new axis",
    };
}
