using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Training;

/// <summary>A run's settings in config.json, in sections and, as once, side by side.</summary>
sealed class TrainOptionsTests
{
    static IEnumerable<GanEntry> Gans => GanCatalog.Entries;

    [TestCaseSource(nameof(Gans))]
    public void They_are_read_as_they_were_written(GanEntry gan)
    {
        var options = new TrainOptions { Gan = gan.Defaults with { Ngf = 8 }, Optimisation = new() { LearningRate = 1e-3f } };
        Assert.That(TrainOptions.FromJson(options.ToJson(), "a.json"), Is.EqualTo(options));
    }

    [TestCaseSource(nameof(Gans))]
    public void What_is_left_out_has_the_default_of_its_gan(GanEntry gan)
    {
        string json = $"{{\"gan\": {{\"model\": \"{gan.Name}\"}}, \"optimisation\": {{\"batch\": 8}}}}";
        Assert.That(TrainOptions.FromJson(json, "a.json"),
            Is.EqualTo(new TrainOptions { Gan = gan.Defaults, Optimisation = new() { Batch = 8 } }));
        Assert.That(TrainOptions.FromJson("{}", "a.json"), Is.EqualTo(new TrainOptions()));
    }

    [Test]
    public void Members_stand_in_any_order() =>
        Assert.That(TrainOptions.FromJson("{\"gan\": {\"ngf\": 8, \"model\": \"wgan-gp\"}}", "a.json").Gan,
            Is.EqualTo(new WganGpOptions { Ngf = 8 }));

    [Test]
    public void Values_that_stand_side_by_side_are_ssgans()
    {
        var options = TrainOptions.FromJson("{\"size\": 48, \"batch\": 8, \"onePass\": true, \"ngf\": 64}", "a.json");
        Assert.That(options, Is.EqualTo(new TrainOptions
        {
            Data = new() { Size = 48 }, Optimisation = new() { Batch = 8 }, Gan = new SsganOptions { OnePass = true, Ngf = 64 },
        }));
    }

    [TestCase("{\"data\": null}", "at $.data, line 1: it may not be null")]
    [TestCase("{\"gan\": null}", "at $.gan, line 1: it may not be null")]
    [TestCase("{\"gan\": []}", "a GAN's settings are an object")]
    [TestCase("{\"data\": {},\n\"foo\": 1}", "at $.foo, line 2: there is nothing of this name")]
    [TestCase("{\"cadence\": {}, \"cadence\": {}}", "cadence stands twice")]
    [TestCase("{\"optimisation\": {\"learningRate\": NaN}}", "'N' is an invalid start of a value.")]
    [TestCase("{\"optimisation\": {\"precision\": null}}", "at $.optimisation.precision, line 1: it may not be null")]
    [TestCase("{} {}", "is not a valid configuration")]
    public void What_is_no_configuration_is_refused(string json, string part) =>
        Assert.That(() => TrainOptions.FromJson(json, "a.json"), Throws.TypeOf<TrainingException>().With.Message.Contains(part));

    /// <summary>Names of values are what messages and options know, so they mean one thing in all sections.</summary>
    [TestCaseSource(nameof(Gans))]
    public void Every_value_can_be_compared_by_its_name(GanEntry gan)
    {
        var options = new TrainOptions { Gan = gan.Defaults };
        using var document = System.Text.Json.JsonDocument.Parse(options.ToJson());
        var names = document.RootElement.EnumerateObject().SelectMany(static s => s.Value.EnumerateObject())
            .Select(static v => v.Name).ToList();
        Assert.That(names, Is.Unique);
        Assert.That(names, Is.EquivalentTo(TrainOptions.Values(options).Keys.Append("model")));
    }

    /// <summary>There were two courses of the learning rate, and so it either fell or not.</summary>
    [TestCase("true", "linear")]
    [TestCase("false", "constant")]
    [TestCase("\"cosine\"", "cosine")]
    public void A_course_of_the_rate_is_a_name_or_as_it_was_whether_it_falls(string written, string name)
    {
        Assert.That(TrainOptions.FromJson(Course(written), "config.json").Optimisation.Decay, Is.EqualTo(name));
    }

    [TestCase("null")]
    [TestCase("3")]
    public void A_course_of_another_kind_is_refused(string written)
    {
        Assert.That(() => TrainOptions.FromJson(Course(written), "config.json"),
            Throws.TypeOf<TrainingException>().With.Message.Contains("optimisation.decay"));
    }

    static string Course(string written) => new TrainOptions().ToJson()
        .Replace("\"decay\": \"linear\"", $"\"decay\": {written}", StringComparison.Ordinal);

    [Test]
    public void A_course_that_is_unknown_is_refused_by_name() =>
        Assert.That(() => new TrainOptions { Optimisation = new() { Decay = "zigzag" } }.Validate(),
            Throws.TypeOf<TrainingException>().With.Message
                .EqualTo("decay is zigzag; it must be one of linear, constant, cosine."));
}
