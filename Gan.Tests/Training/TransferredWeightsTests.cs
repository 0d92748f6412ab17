using Ssgan.Engine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>A run that begins with another's weights, as far as they fit.</summary>
sealed class TransferredWeightsTests
{
    static readonly TrainOptions s_sngan = TrainingRun.Tiny with { Gan = new SnganOptions { Ngf = 4, Ndf = 4 } };

    static IEnumerable<NamedTensor> Tensors(GanStep step) => step.Networks.SelectMany(static n =>
        n.Module.StateDict().Select(t => new NamedTensor($"{n.Name}.{t.Key}", t.Value)));

    [TestCase("run")]
    [TestCase("run/checkpoints/step-00000006")]
    [TestCase("run/checkpoints/step-00000006/tensors.safetensors")]
    public void All_that_fits_is_taken_and_the_rest_stays_new(string path)
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny);
        run.Trainer.Run();
        using var device = Device.Cpu(1);
        using var step = (TrainingRun.Tiny with { Gan = new SsganMsOptions { Ngf = 4, Ndf = 4 } }).CreateStep(device);
        var before = Tensors(step).ToDictionary(static t => t.Name, static t => t.Tensor.ToArray());
        var result = TransferredWeights.Into(step, temp[path]);

        string[] heads = ["d.l_y.weight", "d.l_y.bias", "d.l_y.spectral.u"];
        Assert.That(result.Misfits.Select(static m => m.Split(' ')[0].Trim('"', ':')), Is.EquivalentTo(heads));
        var trained = Tensors(run.Step).ToDictionary(static t => t.Name, static t => t.Tensor.ToArray());
        foreach (var (name, tensor) in Tensors(step))
            Assert.That(tensor.ToArray(), Is.EqualTo(heads.Contains(name) ? before[name] : trained[name]), name);
        Assert.That(result.Taken, Is.EquivalentTo(Tensors(step).Select(static t => t.Name).Except(heads)));
        Assert.That(result.Describe(), Does.Match($"{result.Taken.Count} of {result.Taken.Count + 3} tensors are taken over; "
            + "the others stay new: .*d\\.l_y"));
    }

    [Test]
    public void An_average_that_is_not_there_begins_at_the_generator()
    {
        using var temp = new TempFolder();
        using (var run = new TrainingRun(temp["run"], s_sngan.With(emaDecay: 0, steps: 2))) run.Trainer.Run();
        using var device = Device.Cpu(1);
        using var step = s_sngan.With(seed: 9).CreateStep(device);
        var result = TransferredWeights.Into(step, temp["run"]);
        Assert.That(result.Misfits, Is.Empty);
        var networks = step.Networks.ToDictionary();
        foreach (var (p, a) in networks["g"].Parameters.Zip(networks["g_ema"].Parameters))
            Assert.That(a.ToArray(), Is.EqualTo(p.ToArray()));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Files_with_mimicrys_names_fit_too(bool both)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var source = (AdversarialStep)s_sngan.CreateStep(device);
        using var step = (AdversarialStep)s_sngan.With(seed: 9).CreateStep(device);
        if (both)
            SafetensorsWriter.Write(temp["a"], [.. MimicryWeights.Items(source.Generator, "netG."),
                .. MimicryWeights.Items(source.Discriminator, "netD.")]);
        else
            MimicryWeights.Save(temp["a"], source.Generator);
        var result = TransferredWeights.Into(step, temp["a"]);
        Assert.That(result.Misfits, Is.Empty);
        foreach (var (mine, theirs) in step.Generator.StateDict().Values.Zip(source.Generator.StateDict().Values))
            Assert.That(mine.ToArray(), Is.EqualTo(theirs.ToArray()));
        foreach (var (mine, theirs) in step.Discriminator.Parameters.Zip(source.Discriminator.Parameters))
            Assert.That(mine.ToArray().AsSpan().SequenceEqual(theirs.ToArray()) || !both);
    }

    [Test]
    public void Nothing_that_fits_is_an_error()
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var step = s_sngan.CreateStep(device);
        SafetensorsWriter.Write(temp["a"], [new SafetensorsItem("x", [1], new float[] { 1 })]);
        Assert.That(() => TransferredWeights.Into(step, temp["a"]), Throws.TypeOf<TrainingException>().With.Message
            .EqualTo($"{temp["a"]} has no tensor that fits these networks by name and shape."));
    }
}
