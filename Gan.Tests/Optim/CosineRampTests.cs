using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Tests.Optim;

sealed class CosineRampTests
{
    // cos π/5 = (1 + √5) / 4 and cos π/3 = 1/2.
    [TestCase(0, 0.1)]
    [TestCase(6, 0.1 + (0.5 - 0.5 * 0.80901699437494742) * (0.7 - 0.1))]
    [TestCase(10, 0.25)]
    [TestCase(15, 0.4)]
    [TestCase(20, 0.55)]
    [TestCase(30, 0.7)]
    [TestCase(31, 0.7)]
    [TestCase(1_000_000, 0.7)]
    public void It_goes_along_half_a_cosine_to_its_end_and_stays_there(long finished, double expected)
    {
        Assert.That(new CosineRamp(0.1f, 0.7f, 30).At(finished), Is.EqualTo(expected).Within(5e-8), "rising");
        Assert.That(new CosineRamp(0.7f, 0.1f, 30).At(finished), Is.EqualTo(0.8 - expected).Within(5e-8), "falling");
    }

    [Test]
    public void Both_ends_are_exact_and_steps_need_not_be_whole()
    {
        var ramp = new CosineRamp(2e-4f, 5e-5f, 39062.5);
        Assert.That((ramp.At(0), ramp.At(39062), ramp.At(39063)), Is.EqualTo((2e-4f, 5e-5f, 5e-5f)).Within(1e-12f));
        Assert.That((ramp.At(0), ramp.At(39063)), Is.EqualTo((2e-4f, 5e-5f)));
    }

    [Test]
    public void One_that_goes_nowhere_is_constant() =>
        Assert.That((new CosineRamp(1, 1, 9).IsConstant, new CosineRamp(1, 2, 9).IsConstant), Is.EqualTo((true, false)));
}
