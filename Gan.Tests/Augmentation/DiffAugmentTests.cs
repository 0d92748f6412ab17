using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Augmentation;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Augmentation;

/// <summary>What DiffAugment does beyond single golden values: ranges, means, repeatable draws, second derivatives.</summary>
sealed class DiffAugmentTests
{
    const int Count = 512, Side = 8;

    static float[] Augmented(string policy, float[] x, ulong seed = 3, bool turned = false)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, seed);
        using var augment = new DiffAugment(device, Side, policy);
        using var scope = device.Scope();
        var images = device.From(x, new Shape(x.Length / (Side * Side * 3), Side, Side, 3));
        return (turned ? augment.Turned(images, random) : augment.Upright(images, random)).ToArray();
    }

    static float[] Constant(float value) => [.. Enumerable.Repeat(value, Count * Side * Side * 3)];

    [Test]
    public void Brightness_of_a_grey_image_moves_by_half_at_most_and_not_on_average()
    {
        // Saturation and contrast leave an image of one grey alone.
        float[] y = [.. Augmented("color", Constant(0.25f)).Chunk(Side * Side * 3).Select(static i =>
        {
            Assert.That(i, Has.All.EqualTo(i[0]).Within(1e-6f));
            return i[0] - 0.25f;
        })];
        Assert.That(y, Has.All.InRange(-0.5f, 0.5f));
        // Of 512 uniform numbers of the deviation 0.29 the mean has 0.013.
        Assert.That(y.Average(), Is.EqualTo(0).Within(0.05));
        Assert.That(y.Max() - y.Min(), Is.GreaterThan(0.9));
    }

    [Test]
    public void Translation_moves_every_image_by_whole_pixels_within_an_eighth_and_fills_with_zeros()
    {
        float[] x = Make.Numbers(Count * Side * Side * 3, 5), y = Augmented("translation", x);
        var seen = new HashSet<(int, int)>();
        for (int n = 0; n < Count; n++)
        {
            var fits = from down in Enumerable.Range(-1, 3) from right in Enumerable.Range(-1, 3)
                       where Moved(x, n, down, right).AsSpan().SequenceEqual(y.AsSpan(n * Side * Side * 3, Side * Side * 3))
                       select (down, right);
            seen.Add(fits.Single());
        }
        Assert.That(seen, Has.Count.EqualTo(9), "Each of the shifts by -1, 0 or 1 happens.");
    }

    static float[] Moved(float[] x, int image, int down, int right)
    {
        var y = new float[Side * Side * 3];
        for (int i = 0; i < Side; i++)
            for (int j = 0; j < Side; j++)
                for (int c = 0; c < 3; c++)
                {
                    var (row, column) = (i + down, j + right);
                    if (row is >= 0 and < Side && column is >= 0 and < Side)
                        y[(i * Side + j) * 3 + c] = x[((image * Side + row) * Side + column) * 3 + c];
                }
        return y;
    }

    [Test]
    public void Cutout_takes_a_square_of_half_the_side_that_the_border_may_clip()
    {
        float[] y = Augmented("cutout", Constant(1));
        var sizes = new HashSet<(int, int)>();
        foreach (float[] image in y.Chunk(Side * Side * 3))
        {
            Assert.That(image, Has.All.Matches<float>(static v => v is 0 or 1));
            var line = Enumerable.Range(0, Side);
            int[] rows = [.. line.Where(i => line.Any(j => image[(i * Side + j) * 3] == 0))];
            int[] columns = [.. line.Where(j => line.Any(i => image[(i * Side + j) * 3] == 0))];
            Assert.That(image.Count(static v => v == 0), Is.EqualTo(rows.Length * columns.Length * 3), "It is a rectangle.");
            sizes.Add((rows.Length, columns.Length));
        }
        const int least = Side / 4, most = Side / 2;
        Assert.That(sizes, Has.All.Matches<(int, int)>(static s => s is (>= least and <= most, >= least and <= most)));
        Assert.That(sizes, Does.Contain((most, most)).And.Contain((least, least)));
    }

    [Test]
    public void A_seed_repeats_and_another_does_not()
    {
        float[] x = Make.Numbers(Count * Side * Side * 3, 5);
        const string all = "color,translation,cutout";
        float[] first = Augmented(all, x);
        Assert.That(Augmented(all, x), Is.EqualTo(first));
        Assert.That(Augmented(all, x, seed: 4), Is.Not.EqualTo(first));
    }

    [Test]
    public void Turned_images_are_shifted_alone()
    {
        float[] x = Make.Numbers(Count * Side * Side * 3, 5);
        Assert.That(Augmented("color,translation,cutout", x, turned: true), Is.EqualTo(Augmented("translation", x)));
        Assert.That(Augmented("color,cutout", x, turned: true), Is.EqualTo(x));
    }

    [Test]
    public void Its_second_derivatives_are_right_within_a_discriminator()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var augment = new DiffAugment(device, Side, "color,translation,cutout");
        GradCheck.Second(device, new OpCase("DiffAugment", "squares of what it makes", [[2, Side, Side, 3]], t =>
        {
            using var random = new Rng(device, 11);
            return augment.Upright(t[0], random).Square();
        }));
    }

    [TestCase("")]
    [TestCase("none")]
    [TestCase("color,color")]
    [TestCase("color,sepia")]
    public void Another_policy_is_refused(string policy)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        Assert.That(() => new DiffAugment(device, Side, policy), Throws.ArgumentException.With.Message.Contains($"\"{policy}\""));
    }
}
