using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Support;

/// <summary>A run's settings with single values changed, whatever section they are in.</summary>
static class OptionChanges
{
    public static TrainOptions With(this TrainOptions o, int? size = null, bool? flip = null,
        DataOnDevice? dataOnDevice = null, long? steps = null,
        int? batch = null, int? discriminatorSteps = null, UpdateOrder? updateOrder = null, float? learningRate = null,
        string? decay = null, double? beta1 = null, float? emaDecay = null, ulong? seed = null, string? precision = null,
        bool? graphs = null, long? logEvery = null, long? sampleEvery = null, long? checkpointEvery = null, int? keepLast = null,
        int? gridImages = null, int? ngf = null, int? ndf = null) => o with
    {
        Data = o.Data with
        {
            Size = size ?? o.Data.Size,
            Flip = flip ?? o.Data.Flip,
            DataOnDevice = dataOnDevice ?? o.Data.DataOnDevice,
        },
        Optimisation = o.Optimisation with
        {
            Steps = steps ?? o.Optimisation.Steps,
            Batch = batch ?? o.Optimisation.Batch,
            DiscriminatorSteps = discriminatorSteps ?? o.Optimisation.DiscriminatorSteps,
            UpdateOrder = updateOrder ?? o.Optimisation.UpdateOrder,
            LearningRate = learningRate ?? o.Optimisation.LearningRate,
            Decay = decay ?? o.Optimisation.Decay,
            Beta1 = beta1 ?? o.Optimisation.Beta1,
            EmaDecay = emaDecay ?? o.Optimisation.EmaDecay,
            Seed = seed ?? o.Optimisation.Seed,
            Precision = precision ?? o.Optimisation.Precision,
            Graphs = graphs ?? o.Optimisation.Graphs,
        },
        Cadence = o.Cadence with
        {
            LogEvery = logEvery ?? o.Cadence.LogEvery,
            SampleEvery = sampleEvery ?? o.Cadence.SampleEvery,
            CheckpointEvery = checkpointEvery ?? o.Cadence.CheckpointEvery,
            KeepLast = keepLast ?? o.Cadence.KeepLast,
            GridImages = gridImages ?? o.Cadence.GridImages,
        },
        Gan = o.Gan with { Ngf = ngf ?? o.Gan.Ngf, Ndf = ndf ?? o.Gan.Ndf },
    };

    /// <summary>SSGAN's own values.</summary>
    public static TrainOptions WithSsgan(this TrainOptions o, RotationBatch? rotationBatch = null, bool? onePass = null,
        float? realRotationScale = null)
    {
        var gan = (SsganOptions)o.Gan;
        return o with
        {
            Gan = gan with
            {
                RotationBatch = rotationBatch ?? gan.RotationBatch, OnePass = onePass ?? gan.OnePass,
                RealRotationScale = realRotationScale ?? gan.RealRotationScale,
            },
        };
    }
}
