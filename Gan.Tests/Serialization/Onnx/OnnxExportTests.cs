using Microsoft.ML.OnnxRuntime;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Tests.Support;
using DenseFloats = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace Ssgan.Tests.Serialization.Onnx;

/// <summary>A user's module: each of its operations is computed by ONNX Runtime too, or refused.</summary>
sealed class OnnxExportTests
{
    const int Batch = 4;

    /// <summary>Some tensors, and a forward that is given.</summary>
    sealed class Some : Module
    {
        public Some(Rng random)
        {
            Filters = Parameter("filters", random.Normal(new Shape(6, 3, 3, 4)));
            Up = Parameter("up", random.Normal(new Shape(4, 4, 4, 5)));
            Row = Parameter("row", random.Normal(new Shape(4)));
        }

        public Tensor Filters { get; }
        public Tensor Up { get; }
        public Tensor Row { get; }
    }

    static readonly (string Name, Func<Some, Tensor, Tensor> Forward)[] s_forwards =
    [
        ("strides, sides and dilation", static (m, x) =>
            x.Conv2d(m.Filters, null, new ConvSpec(2, 0, 2) { Left = 1, Bottom = 3 })),
        ("transposed convolution", static (m, x) => x.ConvTranspose2d(m.Up, null, stride: 2, padding: 1)),
        ("pools", static (_, x) => x.MaxPool2d(3, 2, 1) - x.AvgPool2d(3, 2, 1)),
        ("pools of pixels alone", static (_, x) => x.AvgPool2d(3, 2, 1, countPadding: false)),
        ("upsampling", static (_, x) => x.Upsample2x(UpsampleMode.Nearest) + x.Upsample2x(UpsampleMode.Binomial)
            * x.Upsample2x()),
        ("downsampling", static (_, x) => x.Downsample2x()),
        ("slices and concat", static (_, x) => Tensor.Concat([x.Slice(3, 1, 2), x.Relu(), x.Slice(1, 2, 6).Slice(1, 0, 6)
            .Slice(3, 0, 1).Upsample2x().Slice(1, 0, 8).Slice(2, 3, 8)], 3)),
        ("concat with a constant", static (m, x) => Tensor.Concat([x.Mean(1, 2).Reshape(-1, 1, 4).Sum([0], keepDims: true)
            .Sum([0], keepDims: true).Square().Sum([1], keepDims: true) * 0 + m.Row.Reshape(1, 1, 4), m.Row.Reshape(1, 1, 4)], 1)
            .Sum([1]) + x.Mean(1, 2)),
        ("permutation", static (_, x) => x.Permute(0, 2, 1, 3)),
        ("rows", static (m, x) => x * m.Row + x.Mean([3], keepDims: true) / (m.Row.Abs() + 1)),
        ("reductions", static (_, x) => x.Max([1]).Reshape(-1, 32) + x.Square().Sum([2]).Reshape(-1, 32)),
        ("softmax", static (_, x) => x.Reshape(-1, 8, 32).Softmax() + x.Reshape(-1, 8, 32).LogSoftmax() * 0.1f),
        ("products", static (_, x) => x.Reshape(-1, 64, 4).MatMul(x.Reshape(-1, 64, 4), transposeA: true)),
        ("functions", static (_, x) => x.Abs().Sqrt() + x.Sigmoid() * x.Softplus() - x.Clamp(-0.5f, 0.7f).Exp().Log()
            + x.Maximum(x.Neg()).Minimum(x + 2) + x.Sign() + (x.Abs() + 1).Rsqrt() + (x.Abs() + 1).Pow(1.5f)
            + x.LeakyRelu(0.3f) + x.AddRelu(x) + x.GreaterMask(x.Neg()) + (2 + x.Tanh()).Pow(-1)),
    ];

    static IEnumerable<string> Names => s_forwards.Select(static f => f.Name);

    [TestCaseSource(nameof(Names))]
    public void Agrees_with_onnx_runtime(string name)
    {
        using var folder = new TempFolder();
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var module = new Some(random);
        var forward = s_forwards.Single(f => f.Name == name).Forward;
        OnnxExport.Save(folder["m.onnx"], module, [new("x", new Shape(8, 8, 4))], inputs => [("y", forward(module, inputs[0]))]);
        Assert.That(module.Training, Is.True, "it was in training before");

        using var scope = device.Scope();
        var x = random.Normal(new Shape(Batch, 8, 8, 4));
        var y = forward(module, x);
        if (y.Shape.Rank == 4) y = y.Permute(0, 3, 1, 2);
        using var session = new InferenceSession(folder["m.onnx"]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("x",
            new DenseFloats(x.Permute(0, 3, 1, 2).ToArray(), [Batch, 4, 8, 8]))]);
        var actual = outputs[0].AsTensor<float>();
        float[] values = y.ToArray();
        Assert.That(actual.Dimensions.ToArray(), Is.EqualTo(y.Shape.ToArray()));
        // Sums in another order: both compute in F32.
        Assert.That(actual.ToArray().Zip(values, static (a, b) => MathF.Abs(a - b)).Max(),
            Is.LessThan(2e-5f * values.Max(MathF.Abs)));
    }

    static readonly (string Message, Func<Some, Tensor, Tensor> Forward)[] s_refused =
    [
        ("Reading values", static (_, x) => x * x.Sum().Item()),
        ("number of images", static (_, x) => x / x.Shape[0]),
        ("number of images", static (_, x) => Tensor.Concat([.. Enumerable.Repeat(x, x.Shape[0])], 1)),
        ("part of the batch", static (_, x) => x.Slice(0, 0, 1)),
        ("random", static (_, x) => x + new Rng(x.Device, 1).Normal(x.Shape)),
        ("Rotate90", static (_, x) => x.Rotate90(x.Device.Zeros(new Shape(x.Shape[0]), DType.I32))),
        ("own statistics", static (m, x) => x.BatchNorm(m.Row, m.Row, m.Row.Detach(), m.Row.Detach())),
        ("does not depend on the inputs", static (m, _) => m.Row),
    ];

    [Test]
    public void What_has_no_counterpart_is_refused_by_name_and_leaves_no_file([Range(0, 7)] int index)
    {
        using var folder = new TempFolder();
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var module = new Some(random);
        var (message, forward) = s_refused[index];
        var refused = Assert.Catch(() => OnnxExport.Save(folder["m.onnx"], module, [new("x", new Shape(8, 8, 4))],
            inputs => [("y", forward(module, inputs[0]))]))!;
        Assert.That(refused, Is.InstanceOf<NotSupportedException>().Or.InstanceOf<ArgumentException>());
        Assert.That(refused.Message, Does.Contain(message));
        Assert.That(Directory.GetFiles(folder.Root), Is.Empty);
        // The device computes by itself again.
        using var scope = device.Scope();
        Assert.That(device.Scalar(2).Square().Item(), Is.EqualTo(4));
    }
}
