using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// The size of each pixel of a tile of results: Σ|y| over the filters, taken while the results are in registers. Every pixel that
/// a tile reads is seen by one of its outputs, so an outlier among them shows as one that is far larger than the others.
/// </summary>
readonly unsafe struct WinogradSizes<TLanes>(float* sums, int pixels) where TLanes : struct, IWinogradLanes<TLanes>
{
    const int MostPixels = 16;

    /// <summary>
    /// Most that pixels may differ by: errors are then 256 times those of an even tile, 4e-4 of the smallest pixel.
    /// </summary>
    const float MostApart = 256;

    /// <summary>Floats that it needs.</summary>
    public static int Floats => MostPixels * TLanes.Count;

    /// <summary>Adds the size of pixel i; the first time in a tile it takes the place of the last tile's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int i, TLanes value, bool first)
    {
        float* sum = sums + i * TLanes.Count;
        var size = TLanes.Abs(value);
        (first ? size : TLanes.Load(sum) + size).Store(sum);
    }

    /// <summary>Whether a pixel of the tile is not finite, or drowns in the rounding of a larger one.</summary>
    public bool LoseTooMuch(float** places, float* outside)
    {
        float least = float.PositiveInfinity, most = 0;
        // A tile that sticks out lacks its last pixel.
        if (places[pixels - 1] != outside)
        {
            Vector128<float> low = Four(0), high = low;
            for (int i = 4; i < pixels; i += 4)
            {
                var size = Four(i);
                (low, high) = (Vector128.Min(low, size), Vector128.Max(high, size));
            }
            // Of two vectors one of which is NaN the result is, and so is that of the elements.
            low = Vector128.Min(low, Vector128.Shuffle(low, Vector128.Create(2, 3, 0, 1)));
            high = Vector128.Max(high, Vector128.Shuffle(high, Vector128.Create(2, 3, 0, 1)));
            (least, most) = (MathF.Min(low[0], low[1]), MathF.Max(high[0], high[1]));
        }
        else
        {
            for (int i = 0; i < pixels; i++)
            {
                if (places[i] == outside) continue;
                float size = TLanes.Sum(TLanes.Load(sums + i * TLanes.Count));
                least = MathF.Min(least, size);
                most = MathF.Max(most, size);
            }
        }
        // A NaN fails both.
        return !(most <= MostApart * least && most < float.PositiveInfinity);
    }

    /// <summary>The sizes of four pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector128<float> Four(int i)
    {
        float* first = sums + i * TLanes.Count;
        Vector128<float> a = TLanes.Fold(TLanes.Load(first)), b = TLanes.Fold(TLanes.Load(first + TLanes.Count)),
            c = TLanes.Fold(TLanes.Load(first + 2 * TLanes.Count)), d = TLanes.Fold(TLanes.Load(first + 3 * TLanes.Count));
        return Sse3.IsSupported ? Sse3.HorizontalAdd(Sse3.HorizontalAdd(a, b), Sse3.HorizontalAdd(c, d))
            : Vector128.Create(Vector128.Sum(a), Vector128.Sum(b), Vector128.Sum(c), Vector128.Sum(d));
    }
}

/// <summary>Tiles of the same convolution by plain sums, for where Winograd's method would lose too much.</summary>
readonly unsafe struct WinogradDirect(WinogradPlan plan, WinogradArrays arrays)
{
    readonly WinogradShape _shape = plan.Tiles.Shape;

    /// <summary>Some columns of a tile.</summary>
    /// <param name="tile">Its number.</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">Number of columns, a multiple of 8.</param>
    /// <param name="outside">A pixel of zeros; it stays so.</param>
    /// <param name="inputs">Room for a pointer to each pixel that the tile reads.</param>
    /// <param name="outputs">Room for one to each that it writes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(int tile, int first, int count, float* outside, float** inputs, float** outputs)
    {
        plan.Tiles.Inputs(tile, arrays.X, outside, inputs);
        plan.Tiles.Outputs(tile, arrays.Y, outside, outputs);
        for (int column = first; column < first + count; column += Vector256<float>.Count)
        {
            for (int i = 0; i < _shape.Results; i++)
            {
                if (outputs[i] == outside) continue;
                float** window = inputs + i / _shape.SideW * _shape.ReachW + i % _shape.SideW;
                if (arrays.Turned) Turned(window, column).Store(outputs[i] + column);
                else Straight(window, column, outputs[i]);
            }
        }
    }

    /// <summary>Eight filters of (columns, …, depth), one after the other.</summary>
    void Straight(float** window, int column, float* pixel)
    {
        int depth = plan.Depth;
        for (int k = column; k < column + Vector256<float>.Count; k++)
        {
            var sum = Vector256<float>.Zero;
            for (int tap = 0; tap < _shape.Taps; tap++)
            {
                float* values = Tap(window, tap), factors = arrays.W + ((nint)k * _shape.Taps + tap) * depth;
                for (int d = 0; d < depth; d += Vector256<float>.Count)
                    sum = Vector256.FusedMultiplyAdd(Vector256.Load(values + d), Vector256.Load(factors + d), sum);
            }
            float result = Vector256.Sum(sum);
            pixel[k] = arrays.Bias != null ? result + arrays.Bias[k] : result;
        }
    }

    /// <summary>Eight channels of the filters (depth, …, columns), the last tap first.</summary>
    Vector256<float> Turned(float** window, int column)
    {
        int depth = plan.Depth, columns = plan.Columns;
        var sum = Vector256<float>.Zero;
        for (int tap = 0; tap < _shape.Taps; tap++)
        {
            float* values = Tap(window, tap), factors = arrays.W + (nint)(_shape.Taps - 1 - tap) * columns + column;
            for (int d = 0; d < depth; d++, factors += (nint)_shape.Taps * columns)
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(values[d]), Vector256.Load(factors), sum);
        }
        return sum;
    }

    /// <summary>The pixel that a tap reads of a window.</summary>
    float* Tap(float** window, int tap) => window[tap / _shape.TapsW * _shape.ReachW + tap % _shape.TapsW];
}
