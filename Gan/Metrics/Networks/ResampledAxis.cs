namespace Ssgan.Gan.Metrics.Networks;

/// <summary>
/// One axis of a resizing: output i is the sum of <see cref="Taps"/> inputs from Start(i) on, each times a weight.
/// </summary>
sealed class ResampledAxis
{
    readonly int[] _start;
    readonly double[] _weights;

    ResampledAxis(int from, int to, int taps)
    {
        Taps = Math.Min(taps, from);
        (_start, _weights) = (new int[to], new double[to * Taps]);
    }

    /// <summary>Inputs of an output.</summary>
    public int Taps { get; }

    /// <summary>The first of them.</summary>
    public int Start(int output) => _start[output];

    /// <summary>Their weights, of which some are 0.</summary>
    public ReadOnlySpan<double> Weights(int output) => _weights.AsSpan(output * Taps, Taps);

    /// <param name="method">The way.</param>
    /// <param name="from">Inputs.</param>
    /// <param name="to">Outputs.</param>
    public static ResampledAxis Of(ImageResize method, int from, int to) => method switch
    {
        ImageResize.TensorFlow => Linear(from, to, 0),
        ImageResize.PytorchFid => Linear(from, to, 0.5f),
        ImageResize.Clean => Bicubic(from, to),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such way of resizing."),
    };

    /// <summary>
    /// Between the two inputs next to (i + centre)·from/to − centre, which is a float where this comes from, too.
    /// </summary>
    static ResampledAxis Linear(int from, int to, float centre)
    {
        var axis = new ResampledAxis(from, to, 2);
        float scale = (float)from / to;
        for (int i = 0; i < to; i++)
        {
            float at = Math.Max(0, (i + centre) * scale - centre);
            int low = Math.Min((int)at, from - 1), start = axis._start[i] = Math.Min(low, from - axis.Taps);
            // Beyond the last input there is none to go to.
            double rest = low < from - 1 ? at - low : 0;
            axis._weights[i * axis.Taps + low - start] = 1 - rest;
            if (rest > 0) axis._weights[i * axis.Taps + low - start + 1] = rest;
        }
        return axis;
    }

    /// <summary>
    /// Keys' cubic with a = −½, as wide as an output where that is wider than an input; weights beyond the border go to the rest.
    /// </summary>
    static ResampledAxis Bicubic(int from, int to)
    {
        double scale = (double)from / to, width = Math.Max(scale, 1), support = 2 * width;
        var axis = new ResampledAxis(from, to, (int)Math.Ceiling(support) * 2 + 1);
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale, sum = 0;
            int first = Math.Max(0, (int)(centre - support + 0.5)), end = Math.Min(from, (int)(centre + support + 0.5));
            int start = axis._start[i] = Math.Min(first, from - axis.Taps);
            var weights = axis._weights.AsSpan(i * axis.Taps, axis.Taps);
            for (int k = first; k < end; k++) sum += weights[k - start] = Cubic((k - centre + 0.5) / width);
            foreach (ref double weight in weights) weight /= sum;
        }
        return axis;
    }

    static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
