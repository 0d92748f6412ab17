using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Settings of what is trained in benchmarks: a GAN as published, or narrower.</summary>
static class Recipe
{
    /// <param name="batch">Images per update.</param>
    /// <param name="precision">Arithmetic.</param>
    /// <param name="size">Image side.</param>
    /// <param name="ngf">The generator's width; 0 as published.</param>
    /// <param name="ndf">The discriminator's width; 0 as published.</param>
    /// <param name="onePass">Whether all images of an update go through the discriminator as one batch, where a GAN can.</param>
    /// <param name="discriminatorSteps">Discriminator updates per generator update.</param>
    /// <param name="model">Which GAN; null for the first one of the catalog.</param>
    public static TrainOptions Of(int batch = 64, string precision = "f32", int size = 32, int ngf = 0, int ndf = 0,
        bool onePass = false, int discriminatorSteps = 5, string? model = null)
    {
        var gan = GanCatalog.Of(model ?? GanCatalog.Names[0]);
        var options = new TrainOptions
        {
            Data = new() { Size = size },
            Optimisation = new() { Batch = batch, Precision = precision, DiscriminatorSteps = discriminatorSteps },
            Gan = gan.Defaults with { Ngf = ngf, Ndf = ndf },
        };
        return onePass ? OnePass(gan)!.Write(options, "on") : options;
    }

    /// <summary>The shapes of its networks.</summary>
    public static Architecture Architecture(TrainOptions settings) =>
        ((ResNetGanOptions)settings.Gan).Architecture(settings.Data.Size);

    /// <summary>The setting that makes one pass of an update's images; null where a GAN has none.</summary>
    public static Setting<TrainOptions>? OnePass(GanEntry gan) =>
        TrainOptions.SettingsOf(gan).FirstOrDefault(static s => s.Text.Key == "onePass");
}
