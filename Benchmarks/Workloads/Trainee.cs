using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Networks on a device and a batch of random images there, ready to be trained.</summary>
sealed class Trainee : IDisposable
{
    /// <exception cref="TrainingException">A setting is out of range, or the device lacks the precision.</exception>
    public Trainee(Device device, TrainOptions settings)
    {
        Batch = settings.Batch;
        Step = SsganRecipe.Create(device, settings.Validate());
        using var random = new Rng(device, 2);
        Real = random.Uniform(new Shape(settings.Batch, settings.Size, settings.Size, 3), -1, 1);
    }

    public SsganStep Step { get; }

    /// <summary>Images (N, S, S, 3).</summary>
    public Tensor Real { get; }

    public int Batch { get; }

    /// <summary>Operations of one update of each network.</summary>
    public static (double Discriminator, double Generator) Operations(TrainOptions settings)
    {
        var (g, d) = Layers.Forward(SsganRecipe.Architecture(settings));
        // A backward costs two forwards, or one where the weights' gradients are not wanted.
        return (settings.Batch * (g + 9 * d), settings.Batch * (3 * g + 4 * d));
    }

    public void TrainDiscriminator() => Step.TrainDiscriminator(Real);

    public void TrainGenerator() => Step.TrainGenerator(Batch);

    public void Dispose()
    {
        Real.Dispose();
        Step.Dispose();
    }
}
