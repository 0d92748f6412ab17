using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class FeatureSetTests
{
    [Test]
    public void Rows_are_slices_of_the_values()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var set = new FeatureSet(values, 2);
        Assert.That((set.Count, set.Dimensions), Is.EqualTo((3, 2)));
        Assert.That(set[1].ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        Assert.That(set.Values.ToArray(), Is.EqualTo(values));
        Assert.That(() => { _ = set[3]; }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => { _ = set[-1]; }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Misfits_are_refused()
    {
        Assert.That(() => new FeatureSet(new float[7], 3), Throws.ArgumentException.With.Message.Contains("7 values")
            .And.Message.Contains("rows of 3"));
        Assert.That(() => new FeatureSet([], 0), Throws.ArgumentException.With.Message.Contains("not 0"));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void A_value_that_is_no_number_is_refused_with_its_row(float value)
    {
        float[] values = new float[12];
        values[7] = value;
        Assert.That(() => new FeatureSet(values, 3), Throws.ArgumentException.With.Message.Contains("feature 1 of row 2"));
    }

    [Test]
    public void Rows_are_taken_in_the_order_named()
    {
        var set = new FeatureSet([1, 2, 3, 4, 5, 6], 2);
        Assert.That(set.Take([2, 0, 2]).Values.ToArray(), Is.EqualTo(new float[] { 5, 6, 1, 2, 5, 6 }));
        Assert.That(() => set.Take([3]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_sample_has_each_row_once_and_depends_on_its_seed_alone()
    {
        var set = new FeatureSet([.. Enumerable.Range(0, 50).Select(static i => (float)i)], 1);
        float[] all = set.Sample(50, 3).Values.ToArray(), some = set.Sample(20, 3).Values.ToArray();
        Assert.That(all, Is.EquivalentTo(set.Values.ToArray()));
        Assert.That(all, Is.Not.EqualTo(set.Values.ToArray()));
        Assert.That(some, Is.EqualTo(all[..20]));
        Assert.That(set.Sample(20, 4).Values.ToArray(), Is.Not.EqualTo(some));
        Assert.That(() => set.Sample(51, 3), Throws.ArgumentException.With.Message.Contains("51 rows are asked of 50"));
    }

    /// <summary>The numbers that runs of this seed will always have.</summary>
    [Test]
    public void A_seed_means_the_same_for_good() => Assert.That(
        new FeatureSet([.. Enumerable.Range(0, 10).Select(static i => (float)i)], 1).Sample(10, 1).Values.ToArray(),
        Is.EqualTo(new float[] { 7, 8, 9, 4, 5, 6, 1, 0, 3, 2 }));
}
