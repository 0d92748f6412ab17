using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Metrics.Networks;

/// <summary>Names of a convolution and of its batch norm in a file.</summary>
readonly record struct FoldedNames(string Filters, string Gamma, string Beta, string Mean, string Variance);

/// <summary>
/// A convolution with the batch norm behind it folded in, which in evaluation is a factor and a number for each filter; and
/// ReLU, mostly.
/// </summary>
sealed class FoldedConv : ILayer, IDisposable
{
    readonly FoldedNames _names;
    readonly Tensor _filters, _bias;
    readonly ConvSpec _spec;
    readonly int _inputs;

    FoldedConv(Device device, FoldedNames names, int inputs, int outputs, int height, int width, ConvSpec spec)
    {
        (_names, _spec, _inputs) = (names, spec, inputs);
        _filters = device.Empty(new Shape(outputs, height, width, inputs)).Own();
        _bias = device.Empty(new Shape(outputs)).Own();
    }

    /// <summary>Whether ReLU follows.</summary>
    public bool Relu { get; init; } = true;

    /// <summary>Trained values in the file: filters, and two for each of batch norm's channels.</summary>
    public long ParameterCount => _filters.Count + 2 * _bias.Count;

    public Tensor Forward(Tensor x) => x.Conv2d(_filters, _bias, _spec, Relu);

    public void Dispose()
    {
        _filters.Dispose();
        _bias.Dispose();
    }

    /// <summary>
    /// What a file should hold of it: filters and beta in their places, and three tensors of the innermost scope, all of which
    /// <see cref="Fold"/> takes.
    /// </summary>
    StateEntry[] Entries()
    {
        var s = _filters.Shape;
        return
        [
            new(_names.Filters, _filters) { Converts = true, FileShape = [s[0], _inputs, s[1], s[2]], FromFile = ChannelsLast },
            new(_names.Beta, _bias) { Converts = true }, Entry(_names.Gamma), Entry(_names.Mean),
            Entry(_names.Variance) with { NonNegative = true },
        ];

        StateEntry Entry(string name) => new(name, _bias.Device.Empty(_bias.Shape)) { Converts = true };
    }

    float[] ChannelsLast(float[] w)
    {
        int taps = _filters.Shape[1] * _filters.Shape[2];
        float[] last = new float[w.Length];
        for (int i = 0, k = 0; k < w.Length; k += _inputs * taps)
            for (int t = 0; t < taps; t++)
                for (int c = 0; c < _inputs; c++) last[i++] = w[k + c * taps + t];
        return last;
    }

    /// <summary>
    /// w' = w·γ / √(variance + ε), b' = β − mean·γ / √(variance + ε): in double, rounded once.
    /// </summary>
    void Fold(StateEntry[] entries, double epsilon)
    {
        float[] w = _filters.ToArray(), beta = _bias.ToArray(), gamma = entries[2].Tensor.ToArray(),
            mean = entries[3].Tensor.ToArray(), variance = entries[4].Tensor.ToArray();
        int length = w.Length / beta.Length;
        for (int k = 0; k < beta.Length; k++)
        {
            double factor = gamma[k] / Math.Sqrt(variance[k] + epsilon);
            beta[k] = (float)(beta[k] - mean[k] * factor);
            foreach (ref float value in w.AsSpan(k * length, length)) value = (float)(value * factor);
        }
        _filters.CopyFrom<float>(w);
        _bias.CopyFrom<float>(beta);
    }

    /// <summary>The convolutions of a network, in the order in which it was built.</summary>
    /// <param name="device">Where their weights are.</param>
    /// <param name="epsilon">Batch norm's constant.</param>
    internal sealed class Set(Device device, double epsilon) : IDisposable
    {
        readonly List<FoldedConv> _all = [];

        public IReadOnlyList<FoldedConv> All => _all;

        /// <summary>A convolution, without values as yet.</summary>
        public FoldedConv Add(FoldedNames names, int inputs, int outputs, int height, int width, ConvSpec spec, bool relu = true)
        {
            _all.Add(new FoldedConv(device, names, inputs, outputs, height, width, spec) { Relu = relu });
            return _all[^1];
        }

        /// <summary>Fills all of them.</summary>
        /// <param name="load">Fills entries from a file.</param>
        public void Load(Action<IReadOnlyCollection<StateEntry>> load)
        {
            using var scope = device.Scope();
            StateEntry[][] entries = [.. _all.Select(static c => c.Entries())];
            load([.. entries.SelectMany(static e => e)]);
            for (int i = 0; i < entries.Length; i++) _all[i].Fold(entries[i], epsilon);
        }

        public void Dispose() => _all.ForEach(static c => c.Dispose());
    }
}
