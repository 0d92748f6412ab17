using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Distributed;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>Batch norm by the statistics of all ranks is batch norm of all of their samples.</summary>
sealed class SyncBatchNormTests
{
    public static OpCase[] Cases { get; } =
    [
        Norm("images", [2, 2, 2, 3], relu: false),
        Norm("with ReLU", [2, 3, 1, 2], relu: true) with { Seed = 3 },
        new("SyncBatchNorm", "classes", [[4, 2, 1, 3], [3, 3], [3, 3]],
            static t => t[0].SyncBatchNorm(t[1], t[2], t[0].Device.Of(3), t[0].Device.Of(3),
                t[0].Device.From([2, 0, 2, 1], new Shape(4)), new(1e-5f, 0.1f, false), new MirrorRanks(2)))
        {
            Fills = [Fill.Any, Fill.OffZero, Fill.OffZero], Tolerance = 5e-3, Step = 4e-3f,
        },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("one value per channel on all ranks", static d => d.Of(1, 1, 1, 3).SyncBatchNorm(d.Of(3), d.Of(3), d.Of(3), d.Of(3),
            null, new(1e-5f, 0.1f, false), new MirrorRanks(1)), "BatchNorm", "(1, 1, 1, 3)", "one value per channel"),
        new("gamma", static d => d.Of(4, 3).SyncBatchNorm(d.Of(2), d.Of(3), d.Of(3), d.Of(3), null, new(1e-5f, 0.1f, false),
            new MirrorRanks(2)), "BatchNorm", "gamma", "(3)"),
    ];

    // As in BatchNormTests: the third derivative grows with 1/σ³.
    static OpCase Norm(string name, int[] x, bool relu) => new("SyncBatchNorm", name, [x, [x[^1]], [x[^1]]],
        t => t[0].SyncBatchNorm(t[1], t[2], t[0].Device.Of(x[^1]), t[0].Device.Of(x[^1]), null, new(1e-5f, 0.1f, relu),
            new MirrorRanks(2)))
    {
        Fills = [Fill.Any, Fill.OffZero, Fill.OffZero], Tolerance = 5e-3, Step = 4e-3f,
    };

    [TestCase(2, false, false)]
    [TestCase(4, true, false)]
    [TestCase(2, true, true)]
    public void Ranks_together_do_what_one_does_with_all_samples(int size, bool relu, bool second)
    {
        const int batch = 8, side = 3, channels = 5;
        var shape = new Shape(batch, side, side, channels);
        float[] images = Make.Numbers((int)shape.Count, 1), upstream = Make.Numbers((int)shape.Count, 2),
            gamma = Make.Numbers(channels, 3), beta = Make.Numbers(channels, 4);
        var whole = Once(null, images, upstream);
        var parts = ThreadRanks.Run(size, ranks =>
        {
            int part = images.Length / size;
            return Once(ranks, images[(ranks.Rank * part)..((ranks.Rank + 1) * part)],
                upstream[(ranks.Rank * part)..((ranks.Rank + 1) * part)]);
        });
        // Sums of 72 values of size 1 in another order, times 1/σ of about 1: 1e-6; second derivatives sum twice.
        Near.All([.. parts.SelectMany(static p => p[0])], [.. whole[0].Select(static v => (double)v)], 1e-5);
        Near.All([.. parts.SelectMany(static p => p[1])], [.. whole[1].Select(static v => (double)v)], 5e-5);
        // Gradients of scale and shift are each rank's own part.
        for (int i = 2; i < 4; i++)
            Near.All([.. Enumerable.Range(0, channels).Select(c => parts.Sum(p => p[i][c]))],
                [.. whole[i].Select(static v => (double)v)], 2e-4);
        for (int i = 4; i < 6; i++)
            foreach (var part in parts) Near.All(part[i], [.. whole[i].Select(static v => (double)v)], 1e-5);

        float[][] Once(ICommunicator? ranks, float[] x, float[] dy)
        {
            using var device = Device.Cpu(1);
            using var norm = new BatchNorm2d(device, channels) { Ranks = ranks };
            norm.Gamma.CopyFrom(gamma);
            norm.Beta.CopyFrom(beta);
            using var scope = device.Scope();
            var input = device.From(x, new Shape(x.Length / side / side / channels, side, side, channels));
            input.RequiresGrad = true;
            var y = norm.Forward(input, relu);
            var loss = (y * device.From(dy, input.Shape)).Sum();
            if (second)
            {
                var first = Autograd.Grad([loss], [input], createGraph: true)[0];
                loss = first.Square().Sum();
            }
            loss.Backward();
            return [y.ToArray(), input.Grad!.ToArray(), norm.Gamma.Grad!.ToArray(), Or(norm.Beta), norm.RunningMean.ToArray(),
                norm.RunningVar.ToArray()];
        }

        // A second derivative without ReLU does not depend on the shift.
        static float[] Or(Tensor parameter) => parameter.Grad?.ToArray() ?? new float[parameter.Count];
    }
}
