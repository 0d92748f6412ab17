using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Settings of what is trained in benchmarks: SSGAN as published, or narrower.</summary>
static class Recipe
{
    public static TrainOptions Of(int batch = 64, string precision = "f32", int size = 32, int ngf = 0, int ndf = 0,
        bool onePass = false, int discriminatorSteps = 5) => new()
    {
        Data = new() { Size = size },
        Optimisation = new() { Batch = batch, Precision = precision, DiscriminatorSteps = discriminatorSteps },
        Gan = new SsganOptions { Ngf = ngf, Ndf = ndf, OnePass = onePass },
    };
}
