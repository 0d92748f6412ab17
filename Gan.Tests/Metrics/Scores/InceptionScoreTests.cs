using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class InceptionScoreTests
{
    /// <summary>Sure of one class each, evenly: the number of classes, though most probabilities are exactly 0.</summary>
    [Test]
    public void Sure_and_even_gives_the_number_of_classes()
    {
        float[] logits = new float[40 * 4];
        for (int i = 0; i < 40; i++) logits[i * 4 + i % 4] = 1e5f;
        var score = InceptionScore.Of(new FeatureSet(logits, 4));
        Assert.That(score.Value, Is.EqualTo(4).Within(1e-14));
        Assert.That(score.Deviation, Is.Zero.Within(1e-14));
    }

    [TestCase(0)]
    [TestCase(3e38f)]
    [TestCase(-3e38f)]
    public void Images_that_are_all_alike_score_1(float logit)
    {
        var score = InceptionScore.Of(Rows.Constant(20, logit, 0, 1));
        Assert.That(score.Value, Is.EqualTo(1).Within(1e-14));
    }

    /// <summary>As many splits as rows: a row alone tells nothing.</summary>
    [Test]
    public void One_image_a_split_scores_1() =>
        Assert.That(InceptionScore.Of(Rows.Random(12, 5, 1), 12).Value, Is.EqualTo(1).Within(1e-14));

    [Test]
    public void A_common_part_of_the_logits_does_not_matter()
    {
        var logits = Rows.Whole(30, 4, 2, bound: 9);
        Assert.That(InceptionScore.Of(logits.Map(static v => v + 4096), 3).Value,
            Is.EqualTo(InceptionScore.Of(logits, 3).Value).Within(1e-13));
    }

    [Test]
    public void Misfits_are_refused()
    {
        Assert.That(() => InceptionScore.Of(Rows.Random(9, 3, 1)), Throws.ArgumentException.With.Message
            .Contains("logits have 9 rows; 10 are needed"));
        Assert.That(() => InceptionScore.Of(Rows.Random(9, 3, 1), 0), Throws.ArgumentException.With.Message
            .Contains("number of splits is 0"));
    }
}
