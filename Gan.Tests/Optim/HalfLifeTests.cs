using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Tests.Optim;

sealed class HalfLifeTests
{
    [Test]
    public void The_past_has_half_of_its_weight_after_its_half_life()
    {
        const int Batch = 512;
        const double Images = 40_960;
        float rest = new HalfLife(new ConstantRate((float)Images), Batch).At(3);
        Assert.That(Math.Pow(1 - (double)rest, Images / Batch), Is.EqualTo(0.5).Within(1e-6));
    }

    [Test]
    public void Without_a_half_life_there_is_no_past_and_it_grows_with_it()
    {
        var course = new HalfLife(new CosineRamp(0, 5e6f, 20), 512);
        Assert.That((course.Start, course.At(0)), Is.EqualTo((1f, 1f)));
        Assert.That(Enumerable.Range(0, 22).Select(i => course.At(i)), Is.Ordered.Descending);
        Assert.That(course.At(20), Is.EqualTo(1 - Math.Pow(0.5, 512 / 5e6)).Within(1e-11));
    }
}
