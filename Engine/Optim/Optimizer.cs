using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>Updates parameters from their gradients. Its state is named tensors, so that a checkpoint can hold it.</summary>
public abstract class Optimizer : IDisposable
{
    readonly List<NamedTensor> _state = [];

    /// <param name="parameters">The trained tensors by name; one that comes twice is one, under its first name.</param>
    /// <param name="learningRate">Step size.</param>
    /// <exception cref="ArgumentException">No parameters, or a rate that is not finite.</exception>
    protected Optimizer(IEnumerable<NamedTensor> parameters, float learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters.DistinctBy(static p => p.Tensor)];
        foreach (var (name, tensor) in Parameters)
        {
            if (tensor is null) throw new ArgumentNullException($"{nameof(parameters)}[{name}]");
        }
        if (Parameters.Count == 0) throw new ArgumentException($"{GetType().Name}: no parameters were given.");
        if (!float.IsFinite(learningRate))
            throw new ArgumentException($"{GetType().Name}: learning rate {learningRate} must be finite.");
        LearningRateTensor = State("learning_rate", Parameters[0].Tensor.Device.Full(new Shape(1), learningRate));
    }

    /// <summary>The trained tensors, each once.</summary>
    public IReadOnlyList<NamedTensor> Parameters { get; }

    /// <summary>Everything that a resumed run needs.</summary>
    public IReadOnlyList<NamedTensor> NamedState => _state;

    /// <summary>The learning rate; it lives on the device. Reading waits for the device.</summary>
    public float LearningRate
    {
        get => LearningRateTensor.Item();
        set => LearningRateTensor.CopyFrom<float>([value]);
    }

    /// <summary>The learning rate as it lies on the device (1), for a schedule to move.</summary>
    public Tensor LearningRateTensor { get; }

    /// <summary>One update. Parameters without a gradient stay as they are.</summary>
    public abstract void Step();

    /// <summary>√Σ‖g‖² over all gradients; a scalar. Deterministic.</summary>
    public Tensor GradientNorm()
    {
        var device = LearningRateTensor.Device;
        var norm = device.Result(new Shape()).Named("GradientNorm");
        device.Backend.GradientNorm(
            [.. Parameters.Where(static p => p.Tensor.Grad is not null).Select(static p => p.Tensor.Grad!.View)], norm.View);
        return norm;
    }

    /// <summary>
    /// Clips by norm, before <see cref="Step"/>: where √Σ‖g‖² over all gradients is above <paramref name="maxNorm"/>, all are
    /// multiplied by maxNorm / (norm + 1e-6), as torch.nn.utils.clip_grad_norm_ does. Worked out on the device, so that a step
    /// can be captured; one pass over the gradients to measure, one to multiply. A norm that is not a number makes all
    /// gradients such.
    /// </summary>
    /// <returns>The norm before: a scalar.</returns>
    /// <exception cref="ArgumentException">The norm is not positive.</exception>
    public Tensor ClipGradientNorm(float maxNorm)
    {
        if (!(maxNorm > 0)) throw new ArgumentException($"ClipGradientNorm: the norm {maxNorm} must be positive.");
        var norm = GradientNorm();
        using var scope = norm.Device.Scope();
        using var noGrad = norm.Device.NoGrad();
        var factor = (norm.Device.Scalar(maxNorm) / (norm + 1e-6f)).Clamp(0, 1);
        foreach (var gradient in OwnGradients())
            gradient.Backend.Binary(new Mul(), gradient.View, factor.View, gradient.MutableView);
        return norm;
    }

    /// <summary>Clips by value, before <see cref="Step"/>: every gradient to [−bound, bound], in place, one pass.</summary>
    /// <exception cref="ArgumentException">The bound is not positive.</exception>
    public void ClipGradientValues(float bound)
    {
        if (!(bound > 0)) throw new ArgumentException($"ClipGradientValues: the bound {bound} must be positive.");
        foreach (var gradient in OwnGradients())
            gradient.Backend.Unary(new Clamp(-bound, bound), gradient.View, gradient.MutableView);
    }

    /// <summary>The gradients to be changed in place: one that shares its memory, as two addends' do, becomes a copy.</summary>
    IEnumerable<Tensor> OwnGradients()
    {
        foreach (var (_, p) in Parameters)
        {
            if (p.Grad is not { } gradient) continue;
            if (!gradient.IsExclusive)
            {
                var copy = gradient.Copy().Own();
                gradient.Dispose();
                p.Grad = gradient = copy;
            }
            yield return gradient;
        }
    }

    /// <summary>Drops all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, p) in Parameters) p.ZeroGrad();
    }

    /// <summary>Registers a state tensor and takes ownership.</summary>
    protected Tensor State(string name, Tensor tensor)
    {
        _state.Add(new(name, tensor.Own()));
        return tensor;
    }

    /// <summary>Frees the state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var (_, t) in _state) t.Dispose();
        GC.SuppressFinalize(this);
    }
}
