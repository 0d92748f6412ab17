using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// The rectangles that tile the output (N, OH, OW, K) of a convolution, such as 4 x 4 of one of 3x3 taps, and those of its input
/// (N, H, W, C) that each of them reads, 6 x 6, or of a group's part of the channels. Tiles at the border stick out: there,
/// pointers go elsewhere.
/// </summary>
readonly unsafe struct WinogradTiles
{
    readonly int _h, _w, _oh, _ow, _top, _left, _rows, _columns;

    public WinogradTiles(WinogradShape shape, Shape input, Shape output, int top, int left)
    {
        Shape = shape;
        (_h, _w, _oh, _ow, _top, _left) = (input[1], input[2], output[1], output[2], top, left);
        (Channels, Filters) = (input[3], output[3]);
        _rows = (_oh + shape.SideH - 1) / shape.SideH;
        _columns = (_ow + shape.SideW - 1) / shape.SideW;
        Count = checked(output[0] * _rows * _columns);
    }

    /// <summary>Taps and tiles.</summary>
    public WinogradShape Shape { get; }

    /// <summary>Channels of the input, of all groups.</summary>
    public int Channels { get; }

    /// <summary>Channels of the output, of all groups.</summary>
    public int Filters { get; }

    /// <summary>Number of tiles in the batch.</summary>
    public int Count { get; }

    /// <summary>The pixels that a tile reads.</summary>
    public void Inputs(int tile, float* image, float* outside, float** pixels)
    {
        int row = tile / _columns, n = row / _rows, y = row - n * _rows, x = tile - row * _columns;
        Rectangle(pixels, image, Channels, n, y * Shape.SideH - _top, x * Shape.SideW - _left, _h, _w, Shape.ReachH, Shape.ReachW,
            outside);
    }

    /// <summary>The pixels that a tile writes.</summary>
    public void Outputs(int tile, float* image, float* outside, float** pixels)
    {
        int row = tile / _columns, n = row / _rows, y = row - n * _rows, x = tile - row * _columns;
        Rectangle(pixels, image, Filters, n, y * Shape.SideH, x * Shape.SideW, _oh, _ow, Shape.SideH, Shape.SideW, outside);
    }

    static void Rectangle(float** pixels, float* image, int channels, int n, int top, int left, int h, int w, int height,
        int width, float* outside)
    {
        for (int y = top; y < top + height; y++)
        {
            float* row = image + ((long)n * h + y) * w * channels;
            for (int x = left; x < left + width; x++)
                *pixels++ = (uint)y < (uint)h && (uint)x < (uint)w ? row + (nint)x * channels : outside;
        }
    }
}

/// <summary>A map applied along both sides of a square: M x Mᵀ for each of some channels.</summary>
static unsafe class WinogradSquare<TMap> where TMap : IWinogradMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        var half = new WinogradArray<TLanes>(between, TLanes.Count);
        for (int j = 0; j < TMap.Inputs; j++)
            TMap.Apply<TLanes, TSource, WinogradArray<TLanes>>(from, j, TMap.Inputs, half, j, TMap.Inputs);
        for (int i = 0; i < TMap.Outputs; i++)
            TMap.Apply<TLanes, WinogradArray<TLanes>, TTarget>(half, i * TMap.Inputs, 1, to, i * TMap.Outputs, 1);
    }
}

/// <summary>A square whose values lie a fixed distance apart.</summary>
readonly unsafe struct WinogradArray<TLanes>(float* first, nint distance) : IWinogradSource<TLanes>, IWinogradTarget<TLanes>
    where TLanes : struct, IWinogradLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load(int i) => TLanes.Load(first + i * distance);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int i, TLanes value) => value.Store(first + i * distance);
}

/// <summary>A square of pixels, read from a channel on.</summary>
readonly unsafe struct WinogradPixels<TLanes>(float** pixels, nint channel) : IWinogradSource<TLanes>
    where TLanes : struct, IWinogradLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load(int i) => TLanes.Load(pixels[i] + channel);
}

/// <summary>A square of pixels, written from a channel on with a bias added, and measured without.</summary>
readonly unsafe struct WinogradBiased<TLanes>(float** pixels, nint channel, TLanes bias, WinogradSizes<TLanes> sizes,
    bool first)
    : IWinogradTarget<TLanes>
    where TLanes : struct, IWinogradLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int i, TLanes value)
    {
        sizes.Add(i, value, first);
        (value + bias).Store(pixels[i] + channel);
    }
}
