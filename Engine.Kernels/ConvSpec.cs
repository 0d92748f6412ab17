using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// How a 2-D convolution slides: a step of each axis, zeros on each side, the distance of neighbouring taps of each axis, and
/// groups. Output (oy, ox) reads through tap (ky, kx) the pixel (oy·strideH + ky·dilationH − top, ox·strideW + kx·dilationW −
/// left). With G groups filter k of K reads the channels of its group alone, the ⌊k·G / K⌋-th of the G equal parts of x's
/// channels, so that filters are (K, KH, KW, C / G). G = C is a depthwise convolution.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ConvSpec
{
    /// <summary>The same for both axes and all sides.</summary>
    /// <param name="stride">The step.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">The distance of neighbouring taps.</param>
    /// <param name="groups">Parts that the channels are divided into.</param>
    public ConvSpec(int stride, int padding, int dilation = 1, int groups = 1)
    {
        StrideH = StrideW = stride;
        Top = Bottom = Left = Right = padding;
        DilationH = DilationW = dilation;
        Groups = groups;
    }

    /// <summary>The step from row to row of the output.</summary>
    public int StrideH { get; init; }
    /// <summary>The step from column to column of the output.</summary>
    public int StrideW { get; init; }
    /// <summary>Rows of zeros above the image.</summary>
    public int Top { get; init; }
    /// <summary>Rows of zeros below the image.</summary>
    public int Bottom { get; init; }
    /// <summary>Columns of zeros to the left of the image.</summary>
    public int Left { get; init; }
    /// <summary>Columns of zeros to the right of the image.</summary>
    public int Right { get; init; }
    /// <summary>The distance of neighbouring rows of taps.</summary>
    public int DilationH { get; init; }
    /// <summary>The distance of neighbouring columns of taps.</summary>
    public int DilationW { get; init; }
    /// <summary>Parts that the channels of x and the filters are divided into.</summary>
    public int Groups { get; init; }

    /// <summary>Rows of the output: ⌊(input + top + bottom − dilation·(kernel − 1) − 1) / stride⌋ + 1.</summary>
    public int OutputH(int input, int kernel) => (input + Top + Bottom - ReachH(kernel)) / StrideH + 1;

    /// <summary>Columns of the output, likewise.</summary>
    public int OutputW(int input, int kernel) => (input + Left + Right - ReachW(kernel)) / StrideW + 1;

    /// <summary>Rows from the first to the last that a window reads.</summary>
    public int ReachH(int kernel) => DilationH * (kernel - 1) + 1;

    /// <summary>Columns from the first to the last that a window reads.</summary>
    public int ReachW(int kernel) => DilationW * (kernel - 1) + 1;

    /// <summary>Whether neighbouring outputs read neighbouring pixels.</summary>
    internal bool IsDense => StrideH == 1 && StrideW == 1;

    /// <summary>Whether neighbouring taps read neighbouring pixels.</summary>
    internal bool HasAdjacentTaps => DilationH == 1 && DilationW == 1;

    /// <summary>What differs from the plainest is named.</summary>
    public override string ToString()
    {
        string stride = StrideH == StrideW ? $"{StrideH}" : $"({StrideH}, {StrideW})";
        string padding = Top == Bottom && Left == Right
            ? Top == Left ? $"{Top}" : $"({Top}, {Left})"
            : $"(top {Top}, bottom {Bottom}, left {Left}, right {Right})";
        string dilation = HasAdjacentTaps ? ""
            : $" dilation {(DilationH == DilationW ? $"{DilationH}" : $"({DilationH}, {DilationW})")}";
        return $"stride {stride} padding {padding}{dilation}{(Groups == 1 ? "" : $" groups {Groups}")}";
    }
}
