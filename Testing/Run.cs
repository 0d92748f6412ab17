using Ssgan.Engine;

namespace Ssgan.Testing;

/// <summary>A function, the values it is checked at, and the random numbers of one check.</summary>
sealed class Run
{
    readonly GradCheckOptions _options;
    readonly IReadOnlyList<GradInput> _inputs;
    readonly Random _random;

    Run(Device device, Func<Tensor[], Tensor> function, IReadOnlyList<GradInput> inputs, GradCheckOptions options)
    {
        (Device, Function, _inputs, _options) = (device, function, inputs, options);
        _random = new Random(options.Seed);
        // Copies: the differences are taken in them.
        Values = [.. inputs.Select(static i => (float[])i.Values.Clone())];
    }

    public static Run Of(Device device, Func<Tensor[], Tensor> function, IReadOnlyList<GradInput> inputs,
        GradCheckOptions? options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw new ArgumentException("A gradient is checked by inputs; none were given.", nameof(inputs));
        return new(device, function, inputs, options ?? new());
    }

    public Device Device { get; }

    public Func<Tensor[], Tensor> Function { get; }

    public string Name => _options.Name;

    public float[][] Values { get; }

    public Tensor[] Tensors() => [.. Values.Select((v, i) => Device.From(v, _inputs[i].Shape))];

    public Tensor[] Leaves()
    {
        var leaves = Tensors();
        foreach (var leaf in leaves) leaf.RequiresGrad = true;
        return leaves;
    }

    /// <summary>Uniform in ±[0.5, 1.5): no upstream gradient is negligible.</summary>
    public float[] Randoms(long count)
    {
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (_random.Next(2) == 0 ? -1 : 1) * (0.5f + _random.NextSingle());
        return values;
    }

    /// <summary>Holds derivatives by each input against differences of a loss.</summary>
    public void Compare(float[][] inputs, float[][] analytic, Func<double> loss)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            var (x, g) = (inputs[i], analytic[i]);
            double scale = Scale(g);
            foreach (int j in Picks(x.Length))
            {
                double expected = Slope(x, j, loss);
                if (Math.Abs(g[j] - expected) <= _options.Tolerance * scale) continue;
                throw new GradCheckException($"{Name}: the derivative by element {j} of "
                    + $"{(i < _inputs.Count ? $"input {i}" : "the upstream gradient")} is {g[j]:R}; finite differences give "
                    + $"{expected:R} (scale {scale:G4}).");
            }
        }
    }

    /// <summary>Holds gradients with a graph against those without.</summary>
    public void Same(float[][] actual, float[][] expected)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double scale = Scale(expected[i]);
            for (int j = 0; j < actual[i].Length; j++)
            {
                if (Math.Abs(actual[i][j] - expected[i][j]) <= _options.Tolerance * scale) continue;
                throw new GradCheckException(
                    $"{Name}: gradient {i}, element {j}: {actual[i][j]:R} with a graph, {expected[i][j]:R} without.");
            }
        }
    }

    static double Scale(float[] values) => Math.Max(1, values.Length == 0 ? 0 : values.Max(Math.Abs));

    /// <summary>(L(x + h) − L(x − h)) / 2h in element j, with the step that F32 really takes.</summary>
    double Slope(float[] x, int j, Func<double> loss)
    {
        float at = x[j], h = _options.Step * Math.Max(1, Math.Abs(at)), high = at + h, low = at - h;
        x[j] = high;
        double above = loss();
        x[j] = low;
        double below = loss();
        x[j] = at;
        return (above - below) / ((double)high - low);
    }

    IEnumerable<int> Picks(int length) => length <= _options.Samples ? Enumerable.Range(0, length)
        : Enumerable.Range(0, _options.Samples).Select(_ => _random.Next(length)).Distinct();
}
