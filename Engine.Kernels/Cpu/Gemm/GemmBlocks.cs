namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>A range of the summed index k = (tap, channel): either several whole taps, or part of the channels of one.</summary>
readonly record struct KBlock(int Tap, int Taps, int Channel, int Channels, long Start)
{
    /// <summary>Number of k.</summary>
    public int Length => Taps * Channels;
}

/// <summary>
/// How the summed index is cut. A convolution sums over taps (positions in the kernel) and channels, a matrix product over one
/// tap. Many channels: a block is part of one tap, so that rows can be read in place. Few: several taps are gathered, so that a
/// tile of results is not loaded and stored for a handful of steps. The cut depends on nothing but the sizes, hence so do the
/// rounding errors.
/// </summary>
readonly struct KBlocks
{
    /// <summary>Most k in a block: a panel of 256 x 16 floats is half of a 32 KiB first-level cache.</summary>
    public const int MaxLength = 256;
    const int ReadInPlace = 128;
    readonly int _taps, _depth, _pieces, _step, _first;

    public KBlocks(int taps, int depth)
    {
        (_taps, _depth) = (taps, depth);
        if (depth == 0) return;
        if (depth >= ReadInPlace || taps == 1)
        {
            _pieces = (depth + MaxLength - 1) / MaxLength;
            _step = (depth + _pieces - 1) / _pieces;
            Count = taps * _pieces;
        }
        else
        {
            int most = Math.Max(1, MaxLength / depth), blocks = (taps + most - 1) / most;
            _step = (taps + blocks - 1) / blocks;
            Count = (taps + _step - 1) / _step;
        }
    }

    KBlocks(in KBlocks whole, int first, int count)
    {
        this = whole;
        (_first, Count) = (_first + first, count);
    }

    /// <summary>Number of blocks.</summary>
    public int Count { get; }

    /// <summary>Number of k in all, those outside a slice included.</summary>
    public long Total => (long)_taps * _depth;

    /// <summary>Some of the blocks: a sum over part of k.</summary>
    public KBlocks Slice(int first, int count) => new(this, first, count);

    public KBlock this[int i]
    {
        get
        {
            i += _first;
            if (_pieces == 0)
            {
                int first = i * _step;
                return new KBlock(first, Math.Min(_step, _taps - first), 0, _depth, (long)first * _depth);
            }
            int tap = i / _pieces, channel = i % _pieces * _step;
            return new KBlock(tap, 1, channel, Math.Min(_step, _depth - channel), (long)tap * _depth + channel);
        }
    }
}
