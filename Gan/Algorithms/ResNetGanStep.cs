using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>A GAN on Mimicry's residual networks.</summary>
public class ResNetGanStep : AdversarialStep
{
    /// <param name="device">Where it runs.</param>
    /// <param name="architecture">The networks' shapes.</param>
    /// <param name="options">The loss, and what is peculiar to the networks.</param>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <param name="optimisation">Learning rate, Adam's and the average's decays, seed.</param>
    public ResNetGanStep(Device device, Architecture architecture, ResNetGanOptions options, int classes,
        OptimisationSettings optimisation)
        : base(Given(device, architecture, options),
            (random, type) => options.CreateGenerator(random, architecture, classes, type),
            (random, type) => options.CreateDiscriminator(random, architecture, classes, type),
            options, optimisation)
    {
    }

    static Device Given(Device device, Architecture architecture, ResNetGanOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(options);
        return device;
    }
}
