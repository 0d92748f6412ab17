using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

sealed class RotationTests
{
    [Test]
    public void Image_i_of_n_gets_the_label_4i_over_n([Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 64)] int n)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (images, labels) = Rotation.Rotate(device.Of(n, 2, 2, 1));
        Assert.That(images.Shape, Is.EqualTo(new Shape(n, 2, 2, 1)));
        Assert.That(labels.ToArray<int>(), Is.EqualTo(Enumerable.Range(0, n).Select(i => (int)Math.Floor(4.0 * i / n))));
    }

    [Test]
    public void Six_images_are_two_two_one_one()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(Rotation.Rotate(device.Of(6, 1, 1, 3)).Labels.ToArray<int>(), Is.EqualTo(new[] { 0, 0, 1, 2, 2, 3 }));
    }

    [Test]
    public void Images_turn_counter_clockwise([Values(4, 5, 9)] int n, [Values(1, 2, 5)] int side)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = Make.Numbers(n * side * side * 3, 3);
        var (images, labels) = Rotation.Rotate(device.Values([n, side, side, 3], x));
        Near.All(images.ToArray(), Turned(x, labels.ToArray<int>(), side), 0);
    }

    [Test]
    public void A_corner_goes_from_top_right_to_top_left()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        // [1 2; 3 4] → [2 4; 1 3] → [4 3; 2 1] → [3 1; 4 2].
        float[] one = [1, 2, 3, 4];
        var images = Rotation.Rotate(device.Values([4, 2, 2, 1], [.. one, .. one, .. one, .. one])).Images;
        Near.All(images.ToArray(), [1, 2, 3, 4, 2, 4, 1, 3, 4, 3, 2, 1, 3, 1, 4, 2], 0);
    }

    [Test]
    public void Four_angles_take_the_first_quarter_in_every_direction([Values(4, 5, 8, 11)] int n)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = Make.Numbers(n * 9, 3);
        var (images, labels) = Rotation.Rotate(device.Values([n, 3, 3, 1], x), RotationBatch.FourAnglesOfAQuarter);
        int quarter = n / 4;
        Assert.That(images.Shape, Is.EqualTo(new Shape(4 * quarter, 3, 3, 1)));
        int[] expected = [.. Enumerable.Range(0, 4 * quarter).Select(i => i / quarter)];
        Assert.That(labels.ToArray<int>(), Is.EqualTo(expected));
        float[] first = x[..(quarter * 9)];
        Near.All(images.ToArray(), Turned([.. first, .. first, .. first, .. first], expected, 3), 0);
    }

    [Test]
    public void What_cannot_turn_is_refused_by_shape()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(() => Rotation.Rotate(device.Of(2, 3, 4, 1)),
            Throws.ArgumentException.With.Message.Contains("(2, 3, 4, 1)").And.Message.Contains("square"));
        Assert.That(() => Rotation.Rotate(device.Of(3, 3, 1)), Throws.ArgumentException.With.Message.Contains("(3, 3, 1)"));
        Assert.That(() => Rotation.Rotate(device.Of(0, 3, 3, 1)), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(() => Rotation.Rotate(device.Of(3, 3, 3, 1), RotationBatch.FourAnglesOfAQuarter),
            Throws.ArgumentException.With.Message.Contains("at least 4"));
    }

    [TestCase(RotationBatch.Quarters)]
    [TestCase(RotationBatch.FourAnglesOfAQuarter)]
    public void Gradients_flow_back_through_the_turns(RotationBatch policy)
    {
        using var device = Device.Cpu(1);
        var c = new OpCase("Losses", "rotation of images", [[5, 3, 3, 2]], t => Rotation.Rotate(t[0], policy).Images.Square());
        GradCheck.First(device, c);
        GradCheck.Second(device, c);
    }

    [Test]
    public void Accuracy_is_the_share_of_right_guesses_without_gradient()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var logits = device.Values([4, 4], 1, 0, 0, 0, 0, 0, 2, 1, -1, -2, -3, -4, 5, 6, 7, 8);
        logits.RequiresGrad = true;
        var accuracy = Rotation.Loss(logits, device.From([0, 1, 0, 3], new Shape(4))).Accuracy;
        Assert.That((accuracy.Item(), accuracy.RequiresGrad), Is.EqualTo((0.75f, false)));
    }

    /// <summary>One quarter turn: out[r, c] = in[c, S − 1 − r].</summary>
    static double[] Turned(float[] x, int[] turns, int side)
    {
        int image = x.Length / turns.Length, channels = image / side / side;
        var y = new double[x.Length];
        for (int i = 0; i < turns.Length; i++)
        {
            for (int p = 0; p < image; p++)
            {
                int k = p % channels, c = p / channels % side, r = p / channels / side;
                for (int t = 0; t < turns[i]; t++) (r, c) = (c, side - 1 - r);
                y[i * image + p] = x[i * image + (r * side + c) * channels + k];
            }
        }
        return y;
    }
}
