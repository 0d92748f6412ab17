using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// A GAN's algorithm: one update of each network. It owns the networks, the optimizers and the stream of noise; a trainer owns
/// everything else (data, schedule, files). To write another GAN, derive from this class.
/// </summary>
public abstract partial class GanStep : IDisposable
{
    /// <param name="device">Where it runs.</param>
    /// <param name="seed">Seed of initial weights and of all noise.</param>
    protected GanStep(Device device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        Random = new Rng(device, seed);
        Stats = new StepStats(device);
    }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>The stream that initial weights and noise come from; part of a checkpoint.</summary>
    public Rng Random { get; }

    /// <summary>What the updates report: losses, accuracies, gradient norms.</summary>
    public StepStats Stats { get; }

    /// <summary>
    /// Told the logits (N, 1) of an update by the name of what they judge ("d_real", "d_fake", "g_fake") while their tensors
    /// live: before the update's scope ends. Null, the default, costs nothing. A replayed graph runs no code of the host, so
    /// observe eager updates.
    /// </summary>
    public Action<string, Tensor>? LogitsObserver { get; set; }

    /// <summary>
    /// Whether the updates depend on device memory alone once warm: no value is read or uploaded on the way, and no choice on the
    /// host changes between calls of one batch size. Such updates can be captured as graphs.
    /// </summary>
    public virtual bool IsCapturable => false;

    /// <summary>Every network, by the name it has in a checkpoint.</summary>
    public abstract IReadOnlyList<(string Name, Module Module)> Networks { get; }

    /// <summary>Every optimizer, by the name it has in a checkpoint.</summary>
    public abstract IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers { get; }

    /// <summary>What a user should know of how it trains, a line each.</summary>
    public virtual IReadOnlyList<string> Notices => [];

    /// <summary>The layers of each trained network, by a title for people; empty where there is nothing to show.</summary>
    /// <param name="batch">Images of a batch.</param>
    public virtual IReadOnlyList<(string Title, IReadOnlyList<LayerRow> Rows)> Layers(int batch) => [];

    /// <summary>One update of the discriminator.</summary>
    public abstract void TrainDiscriminator(RealBatch real);

    /// <summary>One update of the generator.</summary>
    /// <param name="batch">Number of images to draw.</param>
    public abstract void TrainGenerator(int batch);

    /// <summary>Whether the generator's update looks at real images too, fresh ones for each.</summary>
    public virtual bool GeneratorSeesReals => false;

    /// <summary>One update of the generator beside real images, as many as it draws.</summary>
    public virtual void TrainGenerator(RealBatch real) => TrainGenerator(real.Count);

    /// <summary>Classes that samples can be asked for; 0 for none.</summary>
    public virtual int Classes => 0;

    /// <summary>
    /// Images (N, S, S, 3) in [−1, 1] for noise (N, latent), by the network that samples are drawn from; no gradient, evaluation
    /// mode.
    /// </summary>
    public abstract Tensor Sample(Latent latent);

    /// <summary>Noise (count, latent) of a stream, with classes of it where the GAN knows any.</summary>
    public abstract Latent Noise(Rng random, int count);

    /// <summary>
    /// What moves from step to step, and how: the learning rates of all optimizers along the run's course. A GAN with more that
    /// moves, or with courses of its own, overrides it.
    /// </summary>
    /// <param name="rate">The run's course of the learning rate.</param>
    public virtual IReadOnlyList<ScheduledScalar> Scheduled(Schedule rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return [.. Optimizers.Select(o => ScheduledScalar.RateOf(o.Optimizer, rate))];
    }

    /// <summary>Sets all learning rates.</summary>
    public void SetLearningRate(float rate)
    {
        foreach (var (_, optimizer) in Optimizers) optimizer.LearningRate = rate;
    }

    /// <summary>Differentiates a loss, reports the gradient's norm and updates.</summary>
    protected void Minimise(string name, Tensor loss, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.ZeroGrad();
        Differentiate(loss, optimizer);
        using (Device.Scope()) Stats.Add($"grad_norm_{name}", optimizer.GradientNorm());
        optimizer.Step();
    }

    /// <summary>Frees networks, optimizers and streams; an algorithm that owns more overrides it.</summary>
    public virtual void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a derived class adds as well.</summary>
    protected virtual void Dispose(bool disposing)
    {
        Part();
        foreach (var (_, optimizer) in Optimizers) optimizer.Dispose();
        foreach (var (_, module) in Networks) module.Dispose();
        Random.Dispose();
        Stats.Dispose();
    }
}
