using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// A captured step draws its own classes and latent vectors, and what depends on them (rows of tables, one-hot rows, the numbers
/// of a batch's images) needs nothing from the host.
/// </summary>
sealed class CapturedConditionsTests
{
    const int Batch = 4, Classes = 4, Latent = 6;

    [Test]
    public void A_replayed_step_does_what_the_cpu_does_in_its_second_step()
    {
        using var cuda = new EmulatedCuda();
        using var card = new Device(new CudaBackend(cuda));
        using var host = Device.Cpu(1);
        var (expected, actual) = (SecondStep(host), SecondStep(card));
        Assert.That(actual.Labels, Is.EqualTo(expected.Labels));
        // Normals agree to 2e-6, before they are normalised and summed.
        Near.All(actual.Values, [.. expected.Values.Select(static v => (double)v)], 1e-4);
    }

    static (int[] Labels, float[] Values) SecondStep(Device device)
    {
        using var random = new Rng(device, 3);
        using var byClass = new ConditionalBatchNorm2d(random, Classes, Classes);
        using var byLatent = new SelfModulatedBatchNorm2d(random, Latent, Classes);
        var images = new Shape(Batch, 2, 2, Classes);
        using Tensor drawn = device.Zeros(new Shape(Batch), DType.I32), made = device.Zeros(images),
            loss = device.Zeros(new Shape());
        Step();
        if (device.CanCapture)
        {
            using var graph = device.Capture(Step);
            graph.Replay();
        }
        else
        {
            Step();
        }
        return (drawn.ToArray<int>(), [.. made.ToArray(), loss.Item()]);

        void Step()
        {
            using var scope = device.Scope();
            var (labels, z, x) = (random.Integers(new Shape(Batch), Classes), random.Normal(new Shape(Batch, Latent)),
                random.Normal(images));
            var y = byLatent.Forward(byClass.Forward(x, labels, relu: true), z);
            drawn.CopyFrom(labels);
            made.CopyFrom(y);
            loss.CopyFrom(InfoNce.Loss(y, y.Mean(1, 2)) + MultiClassHinge.Loss(y.Sum(1, 2), labels));
        }
    }
}
