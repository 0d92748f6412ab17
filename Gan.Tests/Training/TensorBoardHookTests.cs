using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Training;
using Ssgan.Tests.Serialization.TensorBoard;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

public sealed class TensorBoardHookTests
{
    [Test]
    public void A_run_and_its_resumption_have_a_file_each()
    {
        using var scratch = new TempFolder();
        var options = TrainingRun.Tiny with { Cadence = TrainingRun.Tiny.Cadence with { LogEvery = 1 } };
        using (var board = new TensorBoardHook())
        using (var run = new TrainingRun(scratch["run"], options.With(steps: 3), board)) run.Trainer.Run();
        string first = Directory.EnumerateFiles(scratch["run"], "events.out.tfevents.*").Single();
        var events = EventReader.Read(first);
        var tags = Tags(events);
        Assert.That(tags, Does.Contain(("settings", 0UL)).And.Contain(("loss/loss_d", 1UL)).And.Contain(("loss/loss_d", 3UL))
            .And.Contain(("samples", 0UL)).And.Contain(("samples", 3UL)).And.Contain(("sigma/d.block1.c1", 2UL))
            .And.Contain(("weights/g.l1.weight", 2UL)).And.Contain(("singular/d.block1.c1.weight", 2UL)));
        Assert.That(tags, Is.Unique);
        var image = Values(events).First(static v => v[1].Single().Text == "samples")[4].Single().Message;
        Assert.That(image[4].Single().Bytes, Is.EqualTo(File.ReadAllBytes(scratch["run/samples/fakes-00000000.png"])));
        using (var board = new TensorBoardHook())
        using (var run = new TrainingRun(scratch["run"], options.With(steps: 5), board))
        {
            run.Trainer.Resume(run.Folder.Checkpoint(2));
            run.Trainer.Run();
        }
        string second = Directory.EnumerateFiles(scratch["run"], "events.out.tfevents.*").Single(f => f != first);
        var more = EventReader.Read(second);
        Assert.That((more[1][2].Single().Varint, more[1][7].Single().Message[1].Single().Varint), Is.EqualTo((3UL, 1UL)),
            "What the first file has of step 3 is forgotten.");
        Assert.That(Tags(more), Does.Contain(("loss/loss_d", 3UL)).And.Contain(("loss/loss_d", 5UL)));
    }

    [Test]
    public void Singular_values_are_those_of_the_matrix()
    {
        // diag(3, 2) turned on both sides, with a column of zeros: the values do not change by turns.
        double c = Math.Cos(0.5), s = Math.Sin(0.5), e = Math.Cos(1.1), f = Math.Sin(1.1);
        double[,] left = { { c, -s }, { s, c } }, right = { { e, -f }, { f, e } };
        float[] wide = new float[6], tall = new float[6];
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
            {
                double value = left[i, 0] * 3 * right[0, j] + left[i, 1] * 2 * right[1, j];
                (wide[i * 3 + j], tall[j * 2 + i]) = ((float)value, (float)value);
            }
        Assert.That(TensorBoardHook.SingularValues(wide, 2), Is.EqualTo(new[] { 2f, 3f }).Within(1e-5f));
        Assert.That(TensorBoardHook.SingularValues(tall, 3), Is.EqualTo(new[] { 2f, 3f }).Within(1e-5f));
        Assert.That(TensorBoardHook.SingularValues(new float[200 * 200], 200), Is.Null);
    }

    /// <summary>Once the power iteration has found its vectors, σ is the largest singular value.</summary>
    [Test]
    public void Sigma_is_the_largest_singular_value()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 5);
        using var layer = new Linear(random, 12, 7, spectral: true);
        var norm = layer.Modules().OfType<SpectralNorm>().Single();
        for (int i = 0; i < 200; i++)
        {
            using var scope = device.Scope();
            _ = norm.Take();
        }
        using (device.Scope())
        {
            float[] values = TensorBoardHook.SingularValues(norm.Weight.ToArray(), 7)!;
            // F32 sums of 84 products.
            Assert.That(norm.Sigma().Item(), Is.EqualTo(values[^1]).Within(1e-4f * values[^1]));
        }
    }

    static IEnumerable<ILookup<int, ProtoField>> Values(List<ILookup<int, ProtoField>> events) =>
        events.SelectMany(static e => e[5]).SelectMany(static s => s.Message[1]).Select(static v => v.Message);

    static List<(string, ulong)> Tags(List<ILookup<int, ProtoField>> events) =>
    [
        .. events.SelectMany(static e => e[5].SelectMany(static s => s.Message[1])
            .Select(v => (v.Message[1].Single().Text, e[2].Single().Varint))),
    ];
}
