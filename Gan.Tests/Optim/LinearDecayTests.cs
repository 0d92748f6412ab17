using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Tests.Optim;

sealed class LinearDecayTests
{
    [TestCase(0, 2e-4)]
    [TestCase(1, 1.8e-4)]
    [TestCase(5, 1e-4)]
    [TestCase(9, 2e-5)]
    [TestCase(10, 0)]
    [TestCase(11, 0)]
    public void The_rate_falls_in_a_straight_line_to_zero_and_stays_there(long finished, double expected) =>
        Assert.That(new LinearDecay(2e-4f, 10).At(finished), Is.EqualTo(expected).Within(1e-10));

    [TestCase(4, 2e-4)]
    [TestCase(7, 1e-4)]
    [TestCase(10, 0)]
    public void The_rate_may_begin_to_fall_later(long finished, double expected) =>
        Assert.That(new LinearDecay(2e-4f, 10, 4).At(finished), Is.EqualTo(expected).Within(1e-10));
}
