using Ssgan.Gan.Metrics.Networks;
using Ssgan.Tests.Golden;

namespace Ssgan.Tests.Metrics.Networks;

public sealed class ImageResizerTests
{
    static readonly GoldenFile File = GoldenFile.Load("resize");

    /// <summary>
    /// The origins round to F32 in steps, here once per direction: a few units in the last place of 255, or of 1. PyTorch's
    /// positions are rounded otherwise too, by 1e-6 pixels.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void Every_way_is_that_of_its_origin(string test)
    {
        string[] parts = test.Split('_');
        int from = int.Parse(parts[^2]), to = int.Parse(parts[^1]);
        float[] expected = File.F32($"{test}/y"), actual = new float[expected.Length];
        var method = Method(test);
        new ImageResizer(method, from, to).Resize(Formula.Images($"resize{from}", 2, from), actual, 1, 0);
        GoldenCheck.CloseAbsolute(actual, expected, method == ImageResize.PytorchFid ? 2e-6 : 6e-5, test);
    }

    [Test]
    public void An_image_does_not_depend_on_those_beside_it([Values] ImageResize method)
    {
        byte[] pixels = Formula.Images("many", 9, 12);
        var resizer = new ImageResizer(method, 12, 31);
        int image = 12 * 12 * 3, result = 31 * 31 * 3;
        float[] together = new float[9 * result], alone = new float[result];
        resizer.Resize(pixels, together, 2, -1);
        for (int i = 0; i < 9; i++)
        {
            resizer.Resize(pixels.AsSpan(i * image, image), alone, 2, -1);
            Assert.That(together.AsSpan(i * result, result).SequenceEqual(alone), $"image {i}");
        }
    }

    [Test]
    public void Constant_images_stay_so([Values] ImageResize method, [Values(1, 3, 299, 400)] int size)
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)77, size * size * 3)];
        float[] result = new float[299 * 299 * 3];
        new ImageResizer(method, size, 299).Resize(pixels, result, 1, 0);
        Assert.That(result, Is.All.EqualTo(method == ImageResize.PytorchFid ? 77 / 255f : 77).Within(1e-5));
    }

    static string[] Cases() => File.Cases();

    static ImageResize Method(string test) => test[0] switch
    {
        't' => ImageResize.TensorFlow,
        'p' => ImageResize.PytorchFid,
        _ => ImageResize.Clean,
    };
}
