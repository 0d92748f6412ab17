using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Training;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"train --config": a saved configuration, or one written by hand.</summary>
public sealed class ConfigFileTests
{
    [TestCase("ssgan", "--lr-schedule", "cosine", "--rotation", "four-angles", "--update-order", "generator-first")]
    [TestCase("r3gan", "--gamma", "0.5", "--conditional", "off")]
    [TestCase("wgan-gp", "--flip", "--augment", "color,translation")]
    public void A_saved_configuration_repeats_its_run(string gan, params string[] more)
    {
        using var scratch = new TempFolder();
        string[] settings = ["--model", gan, "--steps", "2", "--data", "shapes", .. more];
        Assert.That(Shell.Train(scratch["a"], settings).Error, Is.Empty);
        var again = Shell.Run("train", "--config", scratch["a/config.json"], "--out", scratch["b"], "--plain", "--threads", "1");
        Assert.That(again.Error, Is.Empty);
        Assert.That(again.Out, Does.StartWith($"Settings of {scratch["a/config.json"]}, which has all of them; ")
            .And.Not.Contain("reset tiny"));
        foreach (string file in (string[])["config.json", "checkpoints/step-00000002/tensors.safetensors"])
            Assert.That(File.ReadAllBytes(scratch[$"b/{file}"]), Is.EqualTo(File.ReadAllBytes(scratch[$"a/{file}"])), file);
    }

    [Test]
    public void What_is_written_by_hand_goes_before_the_preset_and_after_the_command_line()
    {
        using var scratch = new TempFolder();
        File.WriteAllText(scratch["my.json"], $$"""
            {
              // Side by side and in sections; as config.json writes values, or as options take them.
              "preset": "r3gan", "out": "{{scratch["run"].Replace('\\', '/')}}", "threads": 1, "plain": true,
              "steps": 3, "flip": false,
              "gan": { "ngf": 8, /* both narrow */ "ndf": 8, },
              "optimisation": { "batch": "4", "updateOrder": "generator-first", "decay": false, "emaDecay": 0.5, },
            }
            """);
        var printed = Shell.Run("train", "--config", scratch["my.json"], "--steps", "1", "--n-dis", "2");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.Out, Does.StartWith("Preset r3gan, as asked; ")
            .And.Match(@"given: .*steps 1.*n-dis 2").And.Match(@"my\.json: .*batch 4"));
        var options = TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json");
        var expected = Presets.For("r3gan", 32);
        Assert.That(options, Is.EqualTo(expected with
        {
            Data = expected.Data with { Flip = false },
            Gan = expected.Gan with { Ngf = 8, Ndf = 8 },
            Optimisation = expected.Optimisation with
            {
                Batch = 4, UpdateOrder = Ssgan.Gan.Settings.UpdateOrder.GeneratorFirst, Decay = "constant", Steps = 1,
                DiscriminatorSteps = 2, EmaDecay = 0.5f, EmaHalfLife = 0,
            },
        }));
    }

    [TestCase("{\n\"stpes\": 3}", "my.json, line 2: stpes is no setting; did you mean steps?")]
    [TestCase("{\"optimisation\": {\n\n\"lr\": 3}}", "line 3: lr is no setting; what --lr sets is called learningRate in files.")]
    [TestCase("{\"optimization\": {\"steps\": 3}}", "line 1: there is no section optimization; did you mean optimisation?")]
    [TestCase("{\"data\": {\"steps\": 3}}", "line 1: steps belongs into the section optimisation, not data.")]
    [TestCase("{\"data\": {\"threads\": 3}}", "line 1: threads stands outside of all sections.")]
    [TestCase("{\"gan\": {\"model\": \"sngan\",\n\"gammaEnd\": 1}}", "line 2: gammaEnd is no setting of sngan, but of r3gan.")]
    [TestCase("{\"model\": \"sgan\"}", "line 1: model takes one of ssgan, ")]
    [TestCase("{\"qwertz\": 1}", "line 1: qwertz is no setting; a run's config.json shows all.")]
    [TestCase("{\"steps\": 3, // three\n\n\"steps\": 4}", "my.json has steps twice, in lines 1 and 3.")]
    [TestCase("{\"steps\": \"many\"}", "line 1: steps takes a whole number, not \"many\".")]
    [TestCase("{\n\"flip\": []}", "line 2: flip takes true or false, not [].")]
    [TestCase("{\"updateOrder\": 7}", "updateOrder takes one of generator-last, generator-first, not 7.")]
    [TestCase("{\"decay\": \"zigzag\"}", "decay takes one of linear, constant, cosine, not \"zigzag\".")]
    [TestCase("{\"data\": 3}", "data takes the name of a data set or a place, not 3.")]
    [TestCase("{\"steps\": 0}", "--steps is 0")]
    [TestCase("{\"threads\": true}", "line 1: threads takes N, not true.")]
    [TestCase("{\"preset\": \"huge\"}", "my.json: --preset takes one of")]
    [TestCase("{\"steps\": 3", "my.json, line 1: ")]
    [TestCase("{} {}", "my.json, line 1: ")]
    [TestCase("[]", "my.json is no configuration")]
    [TestCase("", "my.json, line 1: ")]
    [TestCase("{\"data\": \"\\ud800\"}", "my.json, line 1: ")]
    public void What_is_no_configuration_is_refused_by_its_line(string text, string part)
    {
        using var scratch = new TempFolder();
        File.WriteAllText(scratch["my.json"], text);
        var printed = Shell.Train(scratch["run"], "--config", scratch["my.json"]);
        // The last of these is decided before the command line's own values are.
        if (text.Contains("steps\": 0", StringComparison.Ordinal))
            printed = Shell.Run("train", "--config", scratch["my.json"], "--out", scratch["run"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments), printed.Error);
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(part));
        Assert.That(Directory.Exists(scratch["run"]), Is.False);
    }

    /// <summary>Any value of any GAN can come from a file, under the name that config.json has.</summary>
    [Test]
    public void Every_setting_is_known([ValueSource(nameof(Gans))] string gan)
    {
        using var scratch = new TempFolder();
        var options = new TrainOptions { Gan = GanCatalog.Of(gan).Defaults };
        File.WriteAllText(scratch["my.json"], options.ToJson());
        var file = ConfigFile.Read(scratch["my.json"], new TrainArguments().Program);
        Assert.That(file.Keys.Append("model"), Is.EquivalentTo(TrainOptions.Values(options).Keys.Append("model")));
        // From other values to these.
        var other = Presets.For(Presets.Tiny, 48, GanCatalog.Of(gan));
        Assert.That(file.Over(other, begins: true), Is.EqualTo(options));
        Assert.That(file.Unused(options, begins: true), Is.Null);
    }

    static IEnumerable<string> Gans => GanCatalog.Names;

    /// <summary>Options that are no settings of a run can come from a file too, under names that no setting has.</summary>
    [Test]
    public void Every_option_of_the_program_is_known()
    {
        using var scratch = new TempFolder();
        var arguments = new TrainArguments();
        var settings = GanCatalog.Entries.SelectMany(static e => TrainOptions.Values(new TrainOptions { Gan = e.Defaults }).Keys)
            .ToHashSet();
        foreach (var option in arguments.Program)
        {
            string[] words = option.Name.TrimStart('-').Split('-');
            string key = words[0] + string.Concat(words[1..].Select(static w => $"{char.ToUpperInvariant(w[0])}{w[1..]}"));
            File.WriteAllText(scratch["my.json"], $"{{\"{key}\": 1}}");
            Assert.That(ConfigFile.Read(scratch["my.json"], arguments.Program).Keys, Is.Empty, key);
            Assert.That(settings, Does.Not.Contain(key));
        }
        // All that is left is the data, the GAN, the rate's course and the file itself.
        Assert.That(arguments.All.Count() - arguments.Program.Count(),
            Is.EqualTo(4 + TrainOptions.Settings.Concat(GanCatalog.Entries.SelectMany(TrainOptions.SettingsOf))
                .Select(static s => s.Text.Option).Distinct().Count()));
    }

    [Test]
    public void A_rate_that_fell_anew_falls_from_the_first_step_of_another_run()
    {
        using var scratch = new TempFolder();
        File.WriteAllText(scratch["my.json"], "{\"steps\": 5, \"decayFrom\": 2}");
        var file = ConfigFile.Read(scratch["my.json"], new TrainArguments().Program);
        Assert.That(file.Over(new TrainOptions(), begins: true).Optimisation.DecayFrom, Is.Zero);
        Assert.That(file.Unused(new TrainOptions(), begins: true), Does.Contain("decayFrom is left out"));
        Assert.That(file.Over(new TrainOptions(), begins: false).Optimisation.DecayFrom, Is.EqualTo(2));
        Assert.That(file.Unused(new TrainOptions(), begins: false), Is.Null);
    }

    [Test]
    public void Another_gan_on_the_command_line_takes_none_of_the_files_knobs()
    {
        using var scratch = new TempFolder();
        File.WriteAllText(scratch["my.json"], "{\"gan\": {\"model\": \"r3gan\", \"ngf\": 16, \"gammaEnd\": 1}, \"flip\": true}");
        var printed = Shell.Train(scratch["run"], "--config", scratch["my.json"], "--model", "sngan", "--steps", "1");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.Out, Does.Contain("my.json ngf, gammaEnd are left out: the run's GAN is sngan."));
        Assert.That(TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json").Data.Flip, Is.True);
    }

    [Test]
    public void A_run_goes_on_with_a_files_settings_that_may_change()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        File.WriteAllText(scratch["my.json"], "{\"steps\": 2, \"checkpointEvery\": 7}");
        var printed = Shell.Run("train", "--resume", scratch["run"], "--config", scratch["my.json"], "--threads", "1", "--plain");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(Directory.Exists(scratch["run/checkpoints/step-00000002"]), Is.True);
        File.WriteAllText(scratch["my.json"], "{\"steps\": 3, \"batch\": 7}");
        printed = Shell.Run("train", "--resume", scratch["run"], "--config", scratch["my.json"], "--threads", "1");
        Assert.That(printed.Error, Does.Contain("--batch was 4 and is now 7"));
    }

    [Test]
    public void A_schedule_that_a_gan_does_not_follow_is_said_so()
    {
        using var scratch = new TempFolder();
        string[] r3gan = ["--model", "r3gan", "--steps", "1", "--lr-schedule", "constant"];
        Assert.That(Shell.Train(scratch["a"], r3gan).Out, Does.Contain("--lr-schedule has no effect"));
        Assert.That(Shell.Train(scratch["b"], [.. r3gan, "--lr-end", "0"]).Out, Does.Not.Contain("no effect"));
    }

    [Test]
    public void Any_file_is_used_or_refused_in_one_sentence()
    {
        byte[] whole = System.Text.Encoding.UTF8.GetBytes("// x\n" + new TrainOptions().ToJson());
        using var scratch = new TempFolder();
        var arguments = new TrainArguments();
        var random = new Random(21);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutant = [.. whole];
            for (int n = random.Next(1, 4); n > 0; n--) mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            if (i % 4 == 0) mutant = mutant[..random.Next(mutant.Length)];
            File.WriteAllBytes(scratch["my.json"], mutant);
            try
            {
                ConfigFile.Read(scratch["my.json"], arguments.Program).Over(new TrainOptions(), begins: true);
            }
            catch (UsageException e)
            {
                refused++;
                Assert.That(e.Message, Does.Not.Contain("\n").And.Contain("my.json"));
            }
        }
        Assert.That(refused, Is.InRange(1000, 1999));
    }
}
