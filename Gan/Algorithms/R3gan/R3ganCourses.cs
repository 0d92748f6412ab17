using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>What moves in R3GAN beside the learning rate: numbers on the device, each with its course, at their starts.</summary>
sealed class R3ganCourses : IDisposable
{
    readonly List<ScheduledScalar> _all = [];

    public R3ganCourses(Device device, R3ganOptions options, OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(optimisation);
        int batch = optimisation.Batch;
        HalfGamma = Add(options.Ramp(options.Gamma / 2, options.GammaEnd / 2, batch));
        if (options.Beta2End > 0)
            RestBeta2 = Add(options.Ramp((float)(1 - optimisation.Beta2), (float)(1 - options.Beta2End), batch));
        if (!optimisation.KeepsAverage && options.Averages(optimisation))
            RestDecay = Add(new HalfLife(options.Ramp(options.EmaImages, options.EmaImagesEnd, batch), batch));

        Tensor Add(Schedule course)
        {
            var number = device.Full(new Shape(1), course.Start).Own();
            _all.Add(new(number, course));
            return number;
        }
    }

    /// <summary>γ / 2.</summary>
    public Tensor HalfGamma { get; }

    /// <summary>1 − β₂; null where it is a constant.</summary>
    public Tensor? RestBeta2 { get; }

    /// <summary>1 − decay of the averaged generator; null where that is a constant, or there is none.</summary>
    public Tensor? RestDecay { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ScheduledScalar> All => _all;

    public void Dispose()
    {
        foreach (var (number, _) in _all) number.Dispose();
    }
}
