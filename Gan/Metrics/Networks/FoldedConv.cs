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

    /// <summary>What a file should hold of it, in tensors of the innermost scope; <see cref="Fold"/> takes them.</summary>
    StateEntry[] Entries()
    {
        var s = _filters.Shape;
        Shape filters = new(s[0], _inputs, s[1], s[2]), channels = new(s[0]);
        return
        [
            Entry(_names.Filters, filters), Entry(_names.Gamma, channels), Entry(_names.Beta, channels),
            Entry(_names.Mean, channels), Entry(_names.Variance, channels) with { NonNegative = true },
        ];

        StateEntry Entry(string name, Shape shape) => new(name, _filters.Device.Empty(shape)) { Converts = true };
    }

    /// <summary>
    /// w' = w·γ / √(variance + ε) with channels last, b' = β − mean·γ / √(variance + ε): in double, rounded once.
    /// </summary>
    void Fold(StateEntry[] entries, double epsilon)
    {
        float[] w = entries[0].Tensor.ToArray(), gamma = entries[1].Tensor.ToArray(), beta = entries[2].Tensor.ToArray(),
            mean = entries[3].Tensor.ToArray(), variance = entries[4].Tensor.ToArray(), folded = new float[w.Length];
        int taps = _filters.Shape[1] * _filters.Shape[2], length = taps * _inputs;
        for (int k = 0; k < beta.Length; k++)
        {
            double factor = gamma[k] / Math.Sqrt(variance[k] + epsilon);
            beta[k] = (float)(beta[k] - mean[k] * factor);
            for (int c = 0; c < _inputs; c++)
                for (int t = 0; t < taps; t++)
                    folded[k * length + t * _inputs + c] = (float)(w[k * length + c * taps + t] * factor);
        }
        _filters.CopyFrom<float>(folded);
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
