using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Attention of several heads (Vaswani et al. 2017, section 3.2.2), batch first, with PyTorch's names and first values: queries,
/// keys and values are mapped by the thirds of one weight (3E, E), each head takes softmax(q·kᵀ / √d)·v of its d = E / heads
/// features, and what the heads have taken is mapped once more. Scores and their softmax are F32, whatever the inputs' type.
/// </summary>
public sealed class MultiHeadAttention : Module
{
    readonly int _features, _heads;
    readonly Linear _out;
    readonly Dropout? _dropout;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="features">Features E of queries, keys, values and results.</param>
    /// <param name="heads">Heads, which divide the features.</param>
    /// <param name="dropout">Probability with which the weight of a key is dropped, in training.</param>
    /// <param name="hasBias">Whether the four maps have a bias.</param>
    /// <exception cref="ArgumentException">Heads that do not divide the features, or no probability.</exception>
    public MultiHeadAttention(Rng random, int features, int heads, float dropout = 0, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (features < 1 || heads < 1 || features % heads != 0)
            throw new ArgumentException($"MultiHeadAttention: {heads} heads do not divide {features} features.");
        (_features, _heads) = (features, heads);
        Weight = Parameter("in_proj_weight",
            Init.XavierUniform()(random, new Shape(3 * features, features), features, 3 * features));
        if (hasBias) Bias = Parameter("in_proj_bias", random.Device.Zeros(new Shape(3 * features)));
        _out = Child("out_proj",
            new Linear(random, features, features, Init.PyTorchWeight, hasBias ? Init.Zeros : null, hasBias: hasBias));
        // PyTorch has no state of dropout; a layer without it has none either.
        if (dropout != 0) _dropout = Child("dropout", new Dropout(random, dropout));
    }

    /// <summary>The maps of queries, keys and values, one below the other (3E, E).</summary>
    public Tensor Weight { get; }

    /// <summary>Their biases (3E), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The map of what the heads have taken.</summary>
    public Linear Out => _out;

    /// <summary>Self-attention: (N, L, E) to the same; one product maps queries, keys and values.</summary>
    /// <param name="x">(N, L, E).</param>
    /// <param name="causal">Whether place i attends to none behind it.</param>
    /// <param name="mask">Added to the scores: F32 that broadcasts to (N, heads, L, L), −∞ where nothing is to be
    /// taken.</param>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor Forward(Tensor x, bool causal = false, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        Check("x", x, null);
        int n = x.Shape[0], length = x.Shape[1], d = _features / _heads;
        var all = Map(x, 0, 3).Reshape(n, length, 3 * _heads, d).Permute(0, 2, 1, 3);
        return Attend(Part(0), Part(1), Part(2), causal, mask).Cast(x.Type);

        Tensor Part(int i) => all.Slice(1, i * _heads, _heads).Reshape(n * _heads, length, d);
    }

    /// <summary>(N, L, E) of queries that attend to (N, S, E) of keys and values: (N, L, E).</summary>
    /// <param name="query">(N, L, E).</param>
    /// <param name="key">(N, S, E).</param>
    /// <param name="value">(N, S, E).</param>
    /// <param name="causal">Whether query i attends to no key behind place i.</param>
    /// <param name="mask">Added to the scores: F32 that broadcasts to (N, heads, L, S), −∞ where nothing is to be taken. A query
    /// that may take nothing makes NaN, as in PyTorch.</param>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor Forward(Tensor query, Tensor key, Tensor value, bool causal = false, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Check("query", query, null);
        Check("key", key, query);
        Check("value", value, query);
        if (value.Shape[1] != key.Shape[1])
            throw new ArgumentException(
                $"MultiHeadAttention: there are {key.Shape[1]} keys {key.Shape}, but {value.Shape[1]} values {value.Shape}.");
        return Attend(Heads(query, 0), Heads(key, 1), Heads(value, 2), causal, mask).Cast(query.Type);
    }

    /// <summary>(N · heads, L, d) of (N, L, E) through one third of the weight.</summary>
    Tensor Heads(Tensor x, int third)
    {
        int n = x.Shape[0], length = x.Shape[1], d = _features / _heads;
        return Map(x, third, 1).Reshape(n, length, _heads, d).Permute(0, 2, 1, 3).Reshape(n * _heads, length, d);
    }

    /// <summary>Rows through some thirds of the weight, in the type of x; F32.</summary>
    Tensor Map(Tensor x, int third, int count)
    {
        var (w, bias, rows) = (Weight, Bias, x.Reshape(x.Shape[0] * x.Shape[1], _features));
        if (count < 3)
        {
            w = w.Slice(0, third * _features, count * _features);
            bias = bias?.Slice(0, third * _features, count * _features);
        }
        w = w.Cast(x.Type);
        var y = bias is null ? rows.MatMul(w, transposeB: true) : rows.Linear(w, bias);
        return y.Cast(DType.F32);
    }

    Tensor Attend(Tensor q, Tensor k, Tensor v, bool causal, Tensor? mask)
    {
        int n = q.Shape[0] / _heads, length = q.Shape[1], keys = k.Shape[1], d = q.Shape[2];
        var scores = (q * (1 / MathF.Sqrt(d))).MatMul(k, transposeB: true);
        if (causal) scores += Behind(q.Device, length, keys);
        if (mask is not null)
        {
            var each = new Shape(n, _heads, length, keys);
            if (Shape.Broadcast(mask.Shape, each) != each)
                throw new ArgumentException(
                    $"MultiHeadAttention: the mask {mask.Shape} does not broadcast to (N, heads, queries, keys) {each}.");
            scores = (scores.Reshape(each) + mask).Reshape(scores.Shape);
        }
        var weights = scores.Softmax();
        if (_dropout is not null) weights = _dropout.Forward(weights);
        var taken = weights.MatMul(v).Reshape(n, _heads, length, d).Permute(0, 2, 1, 3);
        return _out.Forward(taken.Reshape(n * length, _features)).Reshape(n, length, _features);
    }

    /// <summary>(queries, keys): −∞ where a key's place is behind the query's, else 0. Made on the device.</summary>
    static Tensor Behind(Device device, int queries, int keys)
    {
        var i = Tensor.Positions(device, queries).Cast(DType.F32).Reshape(queries, 1);
        var j = Tensor.Positions(device, keys).Cast(DType.F32).Reshape(1, keys);
        return Tensor.Where(j > i, device.Scalar(float.NegativeInfinity), device.Scalar(0));
    }

    void Check(string name, Tensor x, Tensor? query)
    {
        Guard.Rank("MultiHeadAttention", name, x, 3);
        if (x.Shape[2] != _features)
            throw new ArgumentException(
                $"MultiHeadAttention: {name} {x.Shape} has {x.Shape[2]} features; {_features} are expected.");
        if (query is null) return;
        if (x.Shape[0] != query.Shape[0])
            throw new ArgumentException($"MultiHeadAttention: query {query.Shape} and {name} {x.Shape} differ in their batch.");
        Guard.SameType("MultiHeadAttention", query, x);
    }
}
