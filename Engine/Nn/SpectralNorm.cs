using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Divides a weight by its largest singular value, estimated by power iteration (Miyato et al. 2018): one iteration at each
/// training forward, none in evaluation, with PyTorch's epsilon. Holds the estimates u (out) and v (rest) as buffers.
/// </summary>
public sealed class SpectralNorm : Module
{
    readonly Tensor _weight;
    Tensor? _prepared;

    /// <param name="random">Source of the first u and v: normalised standard normals, no warm-up.</param>
    /// <param name="weight">The weight (out, …); the layer owns it.</param>
    /// <param name="iterations">Power iterations per training forward.</param>
    /// <param name="iterateInEvaluation">Iterate in evaluation as well, without saving u and v (what Mimicry's own
    /// layer does).</param>
    public SpectralNorm(Rng random, Tensor weight, int iterations = 1, bool iterateInEvaluation = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(weight);
        if (iterations < 1) throw new ArgumentException($"SpectralNorm: {iterations} power iterations; at least 1 is needed.");
        _weight = weight;
        Iterations = iterations;
        IteratesInEvaluation = iterateInEvaluation;
        U = Buffer("u", Unit(random, weight.Shape[0]));
        V = Buffer("v", Unit(random, (int)(weight.Count / weight.Shape[0])));
    }

    /// <summary>Power iterations per training forward.</summary>
    public int Iterations { get; }

    /// <summary>Whether it iterates in evaluation as well, without saving u and v.</summary>
    public bool IteratesInEvaluation { get; }

    /// <summary>The weight (out, …), which the layer owns.</summary>
    public Tensor Weight => _weight;

    /// <summary>Left singular vector estimate (out).</summary>
    public Tensor U { get; }

    /// <summary>Right singular vector estimate (rest).</summary>
    public Tensor V { get; }

    /// <summary>
    /// Normalises all of a network's weights in one pass, at the start of its forward; each layer then takes its own. Without
    /// this a layer normalises alone when it runs.
    /// </summary>
    /// <param name="norms">Those whose layers will see this type: the network's <see cref="Module.Modules"/> of this
    /// class.</param>
    /// <param name="type">Element type of those layers' inputs, and so of their normalised weights.</param>
    /// <param name="inF32">Those whose layers see F32 all the same, as heads do; null: none.</param>
    public static void Prepare(IReadOnlyList<SpectralNorm> norms, DType type = DType.F32,
        IReadOnlyList<SpectralNorm>? inF32 = null)
    {
        ArgumentNullException.ThrowIfNull(norms);
        // A norm named twice iterates once: two at a time would write one u and v.
        // Layers of one kind share a launch; a network has at most two kinds.
        foreach (var group in norms.Select(n => (Norm: n, Type: type))
            .Concat((inF32 ?? []).Select(static n => (Norm: n, Type: DType.F32)))
            .DistinctBy(static n => n.Norm).GroupBy(static n => n.Norm.CurrentIterations))
        {
            (SpectralNorm Norm, DType Type)[] members = [.. group];
            var normalized = Tensor.SpectralNorm([.. members.Select(static n => n.Norm.CurrentWeight(n.Type))], group.Key);
            for (int i = 0; i < members.Length; i++) members[i].Norm._prepared = normalized[i];
        }
    }

    /// <summary>
    /// The normalised weight for one forward, in this type. One that was prepared in another is cast: the same but for a launch.
    /// </summary>
    public Tensor Take(DType type = DType.F32)
    {
        if (_prepared is null) Prepare([this], type);
        var taken = _prepared!;
        _prepared = null;
        return taken.Cast(type);
    }

    /// <summary>The estimate σ = uᵀWv of the weight's largest singular value, (1); no iteration, no gradient.</summary>
    public Tensor Sigma()
    {
        using var noGrad = _weight.Device.NoGrad();
        return (_weight.Reshape(U.Shape[0], -1).MatMul(V.Reshape(-1, 1)) * U.Reshape(-1, 1)).Sum().Reshape(1);
    }

    int CurrentIterations => Training || IteratesInEvaluation ? Iterations : 0;

    SpectralWeight CurrentWeight(DType type) =>
        Training || !IteratesInEvaluation ? new(_weight, U, V, type) : new(_weight, U.Copy(), V.Copy(), type);

    static Tensor Unit(Rng random, int count)
    {
        var t = random.Normal(new Shape(count));
        Normalize(t);
        return t;
    }

    /// <summary>
    /// t / ‖t‖ in place. A t that is 0, as a short one can be by chance, becomes the first unit vector: iteration would never
    /// leave 0.
    /// </summary>
    internal static void Normalize(Tensor t)
    {
        using var scope = t.Device.Scope();
        using var noGrad = t.Device.NoGrad();
        var norm = t.Square().Sum().Sqrt();
        if (norm.Item() > 0) t.CopyFrom(t / norm);
        else t.CopyFrom<float>([1, .. new float[t.Count - 1]]);
    }
}
