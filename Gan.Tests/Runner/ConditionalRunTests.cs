using Ssgan.Engine;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>GANs that are told classes, from the command line.</summary>
public sealed class ConditionalRunTests
{
    static Printed Train(string folder, params string[] more) =>
        Shell.Train(folder, ["--model", "cgan-pd", "--lr-schedule", "constant", .. more]);

    [Test]
    public void ARunOnShapesResumesBitForBit()
    {
        using var scratch = new TempFolder();
        Assert.That(Train(scratch["whole"], "--steps", "4").Error, Is.Empty);
        Train(scratch["parts"], "--steps", "2");
        var printed = Shell.Run("train", "--resume", scratch["parts"], "--steps", "4", "--plain");
        Assert.That((printed.Error, printed.Code), Is.EqualTo(("", ExitCode.Done)));
        foreach (string file in (string[])["checkpoints/step-00000004/tensors.safetensors", "samples/fakes-00000004.png"])
            Assert.That(File.ReadAllBytes(scratch[$"parts/{file}"]),
                Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{file}"])), file);
    }

    [Test]
    public void SamplesAreOfTheClassAskedForOrARowOfEach()
    {
        using var scratch = new TempFolder();
        Train(scratch["run"], "--steps", "1");
        var classes = TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json").Data.Classes;
        Assert.That(classes, Has.Count.EqualTo(4));
        var byName = Sample("a.png", "--class", classes[2]);
        Assert.That(byName.Out, Does.EndWith($"Classes: {classes[2]}.\n"));
        Sample("b.png", "--class", "2");
        Sample("c.png", "--class", "1");
        Assert.That(File.ReadAllBytes(scratch["b.png"]), Is.EqualTo(File.ReadAllBytes(scratch["a.png"])));
        Assert.That(File.ReadAllBytes(scratch["c.png"]), Is.Not.EqualTo(File.ReadAllBytes(scratch["a.png"])));
        Assert.That(Sample("d.png").Out, Does.Contain("8 images").And.EndWith($"Classes: {classes}.\n"));
        var refused = Shell.Run("sample", "--checkpoint", scratch["run"], "--out", scratch["e.png"], "--class", "zebra");
        Assert.That((refused.Code, refused.Error), Is.EqualTo((ExitCode.BadArguments,
            $"--class: There is no class \"zebra\"; there are 0 to 3: {classes}.\n")));

        Printed Sample(string file, params string[] more)
        {
            var printed = Shell.Run(["sample", "--checkpoint", scratch["run"], "--out", scratch[file], "--count", "8", .. more]);
            Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
            return printed;
        }
    }

    [Test]
    public void AFileOfMimicrysIsDrawnByNumber()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var network = new ResNetGenerator(random, Architecture.For(32, 8), new() { Classes = 3 });
        MimicryWeights.Save(scratch["g.safetensors"], network);
        var printed = Shell.Run("sample", "--checkpoint", scratch["g.safetensors"], "--out", scratch["a.png"], "--count", "6");
        Assert.That((printed.Error, printed.Code), Is.EqualTo(("", ExitCode.Done)));
        Assert.That(printed.Out, Does.EndWith("Classes: 0, 1, 2.\n"));
    }

    [TestCase("--size is 48; there is no architecture of cgan-pd for images of 48x48, only for 32, 128.", "--size", "48")]
    [TestCase("--self-modulated is on, and the batch norms of cgan-pd go by the class instead of the noise.", "--self-modulated")]
    public void WhatItCannotDoIsRefused(string sentence, params string[] more)
    {
        using var scratch = new TempFolder();
        var printed = Train(scratch["run"], ["--steps", "1", .. more]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.BadArguments, sentence + "\n")));
    }

    [Test]
    public void ImagesWithoutClassesAreRefused()
    {
        using var scratch = new TempFolder();
        for (int i = 0; i < 6; i++) scratch.Write($"photos/{i}.png", DataSamples.NoiseImage(40, 32, i));
        var printed = Train(scratch["run"], "--steps", "1", "--data", scratch["photos"], "--data-dir", scratch["data"]);
        Assert.That(printed.Code, Is.Not.EqualTo(ExitCode.Done));
        Assert.That(printed.Error, Does.Contain("cgan-pd is told the classes of images, and"));
    }
}
