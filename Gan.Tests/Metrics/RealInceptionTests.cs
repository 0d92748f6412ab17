using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics;

/// <summary>The published Inception Score of real images, where the network's file and CIFAR-10 are at hand.</summary>
public sealed class RealInceptionTests
{
    const string File = "SSGAN_INCEPTION", Cifar = "SSGAN_CIFAR10";

    /// <summary>
    /// 11.23678 ± 0.09514 in torch-fidelity's README, which shuffles by numpy's RandomState(2020) first. Its digits are the
    /// tolerance: features differ by rounding alone.
    /// </summary>
    [Test]
    public void Training_images_of_CIFAR_10_have_the_published_score()
    {
        if (Environment.GetEnvironmentVariable(File) is not { } file
            || Environment.GetEnvironmentVariable(Cifar) is not { } folder)
        {
            Assert.Ignore($"{File} does not name the Inception network's file, or {Cifar} no folder or archive of CIFAR-10.");
            return;
        }
        using var device = Device.Cpu(allowWinograd: false);
        using var network = FeatureNetworks.Open(device, file);
        using var images = DatasetFactory.Open(folder, 32, new DataOptions());
        const int batch = 50;
        int classes = network.Info.Classes;
        float[] logits = new float[(int)images.Count! * classes];
        byte[] pixels = new byte[batch * 32 * 32 * 3];
        for (int first = 0; first < images.Count; first += batch)
        {
            for (int i = 0; i < batch; i++) images.Read(first + i, pixels.AsSpan(i * 32 * 32 * 3, 32 * 32 * 3));
            network.Read(pixels, batch, 32).Logits.CopyTo(logits, first * classes);
        }
        var shuffled = new FeatureSet(logits, classes).Take(NumpyShuffle.Permutation(2020, (int)images.Count));
        var score = InceptionScore.Of(shuffled, 10);
        Assert.That(network.Info.Sha256, Does.StartWith("6726825d"));
        Assert.That(score.Value, Is.EqualTo(11.23678).Within(5e-5));
        Assert.That(score.Deviation, Is.EqualTo(0.09514061).Within(5e-5));
    }

    [Test]
    public void Shuffle_is_numpys() => Assert.That(NumpyShuffle.Permutation(2020, 10),
        Is.EqualTo(new[] { 2, 4, 9, 1, 5, 7, 6, 3, 8, 0 }));
}
