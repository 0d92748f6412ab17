using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern Baseline GAN"): relativistic pairing, zero-centred
/// gradient penalties on real and on fake images, networks without normalisation. Both updates see real images of their own, and
/// with classes a fake image has the class of the real one that it is paired with.
/// </summary>
public sealed class R3ganStep : AdversarialStep
{
    readonly R3ganCourses _courses;

    /// <param name="device">Where it runs.</param>
    /// <param name="architecture">The networks' shapes.</param>
    /// <param name="options">What moves, and how far.</param>
    /// <param name="classes">Classes of the data; 0 where the networks are not told any.</param>
    /// <param name="optimisation">Learning rate, Adam's and the average's decays, batch, seed.</param>
    public R3ganStep(Device device, R3Architecture architecture, R3ganOptions options, int classes,
        OptimisationSettings optimisation)
        : this(device, Given(architecture), options, classes, optimisation, new(device, options, optimisation))
    {
    }

    R3ganStep(Device device, R3Architecture architecture, R3ganOptions options, int classes, OptimisationSettings optimisation,
        R3ganCourses courses)
        : base(device, (random, type) => new R3Generator(random, architecture, classes, type),
            (random, type) => new R3Discriminator(random, architecture, classes, type), options, optimisation,
            courses.RestBeta2, courses.RestDecay) =>
        _courses = courses;

    static R3Architecture Given(R3Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScheduledScalar> Scheduled(Schedule rate) => [.. base.Scheduled(rate), .. _courses.All];

    /// <summary>
    /// L_D = E[softplus(−(D(x) − D(G(z))))] + γ/2·E[‖∇D(x)‖²] + γ/2·E[‖∇D(G(z))‖²]: Huang et al. 2024, eq. 2 to 4.
    /// </summary>
    /// <param name="real">Real images.</param>
    /// <param name="latent">Noise; its classes are those of the real images.</param>
    public override void TrainDiscriminator(RealBatch real, Latent latent)
    {
        using var scope = Device.Scope();
        int n = real.Count;
        latent = Paired(latent, real);
        // One pass over both: no layer mixes the images of a batch.
        var images = Tensor.Concat([real.Images(), Draw(latent)], 0);
        images.RequiresGrad = true;
        var labels = latent.Labels is { } classes ? Tensor.Concat([classes, classes], 0) : null;
        var logits = Judge(images, labels).Logits;
        var (onReal, onFake) = (logits.Slice(0, 0, n), logits.Slice(0, n, n));
        var norms = GradientPenalties.SquaredNorms(logits, images);
        var (r1, r2) = (norms.Slice(0, 0, n).Mean(), norms.Slice(0, n, n).Mean());
        var adversarial = Adversarial(onReal, onFake);

        MinimiseDiscriminator(adversarial + _courses.HalfGamma * (r1 + r2), onReal, onFake);

        ReportDiscriminator(adversarial, onReal, onFake, null);
        Stats.Add("loss_d_r1", r1);
        Stats.Add("loss_d_r2", r2);
    }

    /// <summary>L_G = E[softplus(−(D(G(z)) − D(x)))].</summary>
    /// <param name="latent">Noise; its classes are those of the real images.</param>
    /// <param name="real">Real images, other than the discriminator's.</param>
    public override void TrainGenerator(Latent latent, RealBatch? real = null) =>
        base.TrainGenerator(real is { } pairs ? Paired(latent, pairs) : latent, real);

    Latent Paired(Latent latent, RealBatch real) => latent with { Labels = Labels(real) };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _courses.Dispose();
    }
}
