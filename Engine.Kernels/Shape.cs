using System.Collections;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Dimensions of a dense row-major array of rank 0 to 8, held inline: no allocation. Images are (N, H, W, C), filters
/// (out, kh, kw, in). Rank 0 is a scalar with one element.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    /// <summary>The largest supported rank.</summary>
    public const int MaxRank = 8;

    readonly Dims _dims;
    readonly long _count;

    /// <summary>A shape with the given dimensions, outermost first.</summary>
    /// <exception cref="ArgumentException">More than eight dimensions, a negative one, or more than 2^40 elements.</exception>
    public Shape(params ReadOnlySpan<int> dims)
    {
        if (dims.Length > MaxRank) throw new ArgumentException($"Shape: rank {dims.Length} is above the supported {MaxRank}.");
        Rank = dims.Length;
        long count = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] < 0) throw new ArgumentException($"Shape: dimension {i} is {dims[i]}, which is negative.");
            _dims[i] = dims[i];
            count *= dims[i];
            if (count > 1L << 40)
                throw new ArgumentException($"Shape: ({string.Join(", ", dims.ToArray())}) has more than 2^40 elements.");
        }
        _count = count;
    }

    /// <summary>A shape with the given dimensions: what <c>Shape s = [64, 32, 32, 3]</c> calls.</summary>
    /// <inheritdoc cref="Shape(ReadOnlySpan{int})"/>
    public static Shape Of(ReadOnlySpan<int> dims) => new(dims);

    /// <summary>Number of dimensions, 0 to 8.</summary>
    public int Rank { get; }

    /// <summary>Number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long Count => Rank == 0 ? 1 : _count;

    /// <summary>The dimension of an axis; negative axes count from the end.</summary>
    public int this[int axis] => _dims[Axis(axis)];

    /// <summary>Maps an axis in [-rank, rank) to [0, rank).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The axis does not exist.</exception>
    public int Axis(int axis)
    {
        int a = axis < 0 ? axis + Rank : axis;
        if ((uint)a >= (uint)Rank)
            throw new ArgumentOutOfRangeException(nameof(axis), $"Axis {axis} does not exist in shape {this}.");
        return a;
    }

    /// <summary>This shape with one dimension replaced.</summary>
    public Shape With(int axis, int size)
    {
        Span<int> d = stackalloc int[MaxRank];
        CopyTo(d);
        d[Axis(axis)] = size;
        return new Shape(d[..Rank]);
    }

    /// <summary>The dimension of an axis counted from the innermost, 0; 1 beyond the outermost.</summary>
    internal int FromEnd(int axis) => axis < Rank ? _dims[Rank - 1 - axis] : 1;

    /// <summary>Copies the dimensions into a span of at least <see cref="Rank"/> elements.</summary>
    public void CopyTo(Span<int> destination)
    {
        for (int i = 0; i < Rank; i++) destination[i] = _dims[i];
    }

    /// <summary>The dimensions, outermost first.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<int> IEnumerable<int>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    int IReadOnlyCollection<int>.Count => Rank;

    int IReadOnlyList<int>.this[int index] => index >= 0 ? this[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The shape that NumPy-style broadcasting of two shapes gives, or null where they do not fit.</summary>
    public static Shape? Broadcast(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> d = stackalloc int[MaxRank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[-i] : 1, y = i <= b.Rank ? b[-i] : 1;
            if (x != y && x != 1 && y != 1) return null;
            d[rank - i] = x == 1 ? y : x;
        }
        return new Shape(d[..rank]);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank) return false;
        for (int i = 0; i < Rank; i++) if (_dims[i] != other._dims[i]) return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape s && Equals(s);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, _dims[0], _dims[1], _dims[2], _dims[3], _count);
    /// <summary>Whether all dimensions are the same.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);
    /// <summary>Whether ranks or any dimensions differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>For example "(64, 32, 32, 3)"; "()" for a scalar.</summary>
    public override string ToString() => $"({string.Join(", ", this)})";

    /// <summary>Walks the dimensions of a shape without allocation.</summary>
    public struct Enumerator : IEnumerator<int>
    {
        readonly Shape _shape;
        int _axis;

        internal Enumerator(Shape shape) => (_shape, _axis) = (shape, -1);

        /// <inheritdoc/>
        public readonly int Current => _shape[_axis];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_axis < _shape.Rank;

        /// <inheritdoc/>
        public void Reset() => _axis = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }

    [InlineArray(MaxRank)]
    struct Dims
    {
        int _first;
    }
}
