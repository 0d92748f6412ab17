using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Tests.Optim;

sealed class CosineDecayTests
{
    // cos π/5 = (1 + √5) / 4 and cos π/3 = 1/2.
    [TestCase(0, 2e-4)]
    [TestCase(6, 2e-4 * (0.5 + 0.5 * 0.80901699437494742))]
    [TestCase(10, 1.5e-4)]
    [TestCase(15, 1e-4)]
    [TestCase(20, 0.5e-4)]
    [TestCase(30, 0)]
    [TestCase(31, 0)]
    public void The_rate_falls_along_half_a_cosine_to_zero_and_stays_there(long finished, double expected) =>
        Assert.That(new CosineDecay(2e-4f, 30).At(finished), Is.EqualTo(expected).Within(1e-10));

    [TestCase(4, 2e-4)]
    [TestCase(7, 1e-4)]
    [TestCase(10, 0)]
    public void The_rate_may_begin_to_fall_later(long finished, double expected) =>
        Assert.That(new CosineDecay(2e-4f, 10, 4).At(finished), Is.EqualTo(expected).Within(1e-10));
}
