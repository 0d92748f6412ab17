using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// A primitive leaves nothing on the managed heap once its kernels are loaded: no strings, no boxes, no arrays.
/// </summary>
sealed class LaunchAllocationTests
{
    static readonly Shape s_images = new(4, 16, 16, 24);

    static readonly TensorView[] s_views = [Any(new(128, 1152)), Any(new(4, 128))];
    static readonly SpectralLayer[] s_layers =
        [.. s_views.Select(static w => new SpectralLayer(w, Any(new(w.Shape[0])), Any(new(w.Shape[1])), Any(new(1)),
            Any(w.Shape, DType.BF16)))];
    static readonly AdamSlot[] s_slots =
        [.. Enumerable.Repeat(new AdamSlot(s_views[0], s_views[0], s_views[0], s_views[0], Any(new(1), DType.I32)), 100)];

    static IEnumerable<TestCaseData> Primitives =>
    [
        Row("Fill", static b => b.Fill(Any(new(1000)), 1)),
        Row("Cast", static b => b.Cast(Any(new(1000)), Any(new(1000), DType.BF16))),
        Row("Cast to its own type", static b => b.Cast(Any(new(1000)), Any(new(1000)))),
        Row("Unary", static b => b.Unary(new Clamp(-1, 1), Any(s_images), Any(s_images))),
        Row("Binary", static b => b.Binary(new Axpy(2), Any(s_images), Any(s_images), Any(s_images))),
        Row("Binary that broadcasts", static b =>
            b.Binary(default(AddRelu), Any(s_images, DType.BF16), Any(new(4, 1, 1, 24)), Any(s_images, DType.BF16))),
        Row("Permute rows", static b => b.Permute(Any(new(4, 5, 6)), Any(new(5, 4, 6)), [1, 0, 2])),
        Row("Permute planes", static b => b.Permute(Any(s_images), Any(new(4, 24, 16, 16)), [0, 3, 1, 2])),
        Row("CopyBox", static b => b.CopyBox(Any(s_images), [0, 1, 2, 3], Any(s_images), [0, 3, 2, 1], [4, 8, 8, 8])),
        Row("GatherRows", static b => b.GatherRows(Any(new(10, 24)), Any(new(7), DType.I32), Any(new(7, 24)))),
        Row("ScatterAddRows", static b => b.ScatterAddRows(Any(new(7, 24)), Any(new(7), DType.I32), Any(new(10, 24)))),
        Row("Reduce rows", static b => b.Reduce<Max>(Any(s_images), Any(new(4, 16, 16, 1)))),
        Row("Reduce columns in parts", static b => b.Reduce<SumOfSquares>(Any(new(64, 64, 64, 24)), Any(new(1, 1, 1, 24)))),
        Row("Reduce all in parts", static b => b.Reduce<Sum>(Any(new(1 << 20)), Any(new(1)))),
        Row("LogSumExp", static b => b.LogSumExp(Any(new(7, 24)), Any(new(7)))),
        Row("ArgMax", static b => b.ArgMax(Any(new(7, 24)), Any(new(7), DType.I32))),
        Row("Normal", static b => b.Normal(Any(new(1000)), Any(new(4), DType.I32))),
        Row("Uniform", static b => b.Uniform(Any(new(1000)), Any(new(4), DType.I32), -1, 1)),
        Row("SpectralNormForward", static b => b.SpectralNormForward(s_layers, 1, 1e-12f)),
        Row("SpectralNormBackward", static b => b.SpectralNormBackward(s_layers, s_views, s_views)),
        Row("SpectralNormBackward of one layer", static b => b.SpectralNormBackward(s_layers[0], s_views[0], s_views[1])),
        Row("SoftmaxCrossEntropy", static b => b.SoftmaxCrossEntropy(Any(new(7, 4)), Any(new(7), DType.I32),
            Any(new(7)), Any(new(7)))),
        Row("SoftmaxCrossEntropyBackward", static b => b.SoftmaxCrossEntropyBackward(Any(new(7, 4)), Any(new(7), DType.I32),
            Any(new(7)), Any(new(7, 4)))),
        Row("HingeDiscriminator", static b => b.HingeDiscriminator(Any(new(7, 1)), Any(new(7, 1)), Any(new(1)))),
        Row("HingeDiscriminatorBackward", static b =>
            b.HingeDiscriminatorBackward(Any(new(7, 1)), Any(new(7, 1)), Any(new(1)), Any(new(7, 1)), Any(new(7, 1)))),
        Row("Adam", static b => b.Adam(s_slots, Any(new(1)), new AdamSpec(0, 0.9, 1e-8))),
        Row("GradientNorm", static b => b.GradientNorm(s_views, Any(new(1)))),
    ];

    [TestCaseSource(nameof(Primitives))]
    public void Calls_leave_no_garbage(Action<CudaBackend> call)
    {
        using var backend = new CudaBackend(new SilentCuda());
        Assert.That(Allocations.PerRound(() => call(backend)), Is.Zero);
    }

    [Test]
    public void Convolutions_on_cudnn_leave_no_garbage()
    {
        using var backend = new CudaBackend(new SilentCuda(hasCuDnn: true));
        TensorView filters = Any(new(24, 3, 3, 24)), bias = Any(new(24));
        var spec = new ConvSpec(1, 1);
        Assert.That(Allocations.PerRound(() =>
        {
            backend.Conv2dForward(Any(s_images), filters, bias, Any(s_images), spec);
            backend.Conv2dForward(Any(s_images), filters, null, Any(s_images), spec);
            backend.Conv2dBackwardData(Any(s_images), filters, Any(s_images), spec);
            backend.Conv2dBackwardFilter(Any(s_images), Any(s_images), filters, spec);
        }), Is.Zero);
        // All of them were cuDNN's: our own kernels were not needed.
        Assert.That((backend.Notices.Count, backend.Counters.Launches), Is.EqualTo((1, 0L)), "only cuBLAS is missing");
    }

    static TestCaseData Row(string name, Action<CudaBackend> call) => new TestCaseData(call).SetName("{m}: " + name);

    static TensorView Any(Shape shape, DType type = DType.F32) => new(SilentCuda.Memory, shape, type);
}
