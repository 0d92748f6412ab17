using Ssgan.Engine;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Training;

/// <summary>From a run's settings to its networks.</summary>
public static class SsganRecipe
{
    /// <summary>The shapes that a run's settings ask for.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="nameOf">As of <see cref="TrainOptions.Validate"/>.</param>
    /// <exception cref="ArgumentException">There are none of that size or width.</exception>
    public static Architecture Architecture(TrainOptions options, Func<string, string>? nameOf = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Models.Architecture.For(options.Size, options.Ngf, options.Ndf, nameOf);
    }

    /// <summary>New networks and optimizers for a run's settings; the caller disposes them.</summary>
    /// <exception cref="ArgumentException">There is no architecture of that size or width.</exception>
    /// <exception cref="TrainingException">The device does not have the precision that is asked for.</exception>
    public static SsganStep Create(Device device, TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        Arithmetic.Apply(device, options.Precision);
        return new SsganStep(device, Architecture(options), new SsganOptions
        {
            LearningRate = options.LearningRate,
            Beta1 = options.Beta1,
            Beta2 = options.Beta2,
            RealRotationScale = options.RealRotationScale,
            FakeRotationScale = options.FakeRotationScale,
            RotationBatch = options.RotationBatch,
            ShortcutFromRelu = options.ShortcutFromRelu,
            OnePass = options.OnePass,
            EmaDecay = options.EmaDecay,
            Compute = Arithmetic.Activations(options.Precision),
        }, options.Seed);
    }
}
