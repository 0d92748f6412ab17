using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// Operations on BF16 activations against the same in F32: values and gradients, on cuBLAS and cuDNN and on our own kernels.
/// </summary>
[TestFixture(true)]
[TestFixture(false)]
sealed class Bf16OpTests(bool libraries)
{
    /// <summary>
    /// Largest error relative to the largest value. A result is rounded to 8 bits, which costs 2^-9 of its power of two, 2^-8 of
    /// itself at most; where the gradient or the next step reads a rounded result, that comes once more.
    /// </summary>
    const double Tolerance = 1.0 / 128;

    /// <summary>A function of activations, which are BF16 or F32, and parameters, which are F32.</summary>
    public sealed record Case(string Name, int[][] Activations, int[][] Parameters, Func<Tensor[], Tensor> Run)
    {
        /// <summary>Type of the result where activations are BF16.</summary>
        public DType Result { get; init; } = DType.BF16;

        /// <summary>Whether every device does it in BF16: movement, functors and sums.</summary>
        public bool Everywhere { get; init; }

        public override string ToString() => Name;
    }

    static readonly Case[] s_cases =
    [
        new("convolution", [[2, 6, 6, 16], [8, 3, 3, 16]], [[8]], t => t[0].Conv2d(t[1], t[2], 1, 1)),
        new("convolution of images", [[2, 8, 8, 3], [8, 3, 3, 3]], [[8]], t => t[0].Conv2d(t[1], t[2], 1, 1)),
        new("convolution by a shortcut", [[2, 4, 4, 8], [16, 1, 1, 8]], [[16]], t => t[0].Conv2d(t[1], t[2])),
        new("product", [[4, 24], [16, 24]], [], t => t[0].MatMul(t[1], transposeB: true)),
        new("product of transposed operands", [[24, 4], [16, 24]], [], t => t[0].MatMul(t[1], true, true)),
        new("product in a batch", [[2, 4, 24], [2, 24, 8]], [], t => t[0].MatMul(t[1])),
        new("batch norm", [[4, 3, 3, 8]], [[8], [8]], t => Norm(t, relu: false)),
        new("batch norm and relu", [[4, 3, 3, 8]], [[8], [8]], t => Norm(t, relu: true)),
        new("batch norm by classes, and relu", [[4, 3, 3, 8]], [[3, 8], [3, 8]], t => t[0].BatchNorm(t[1], t[2],
            t[0].Device.Zeros(new Shape(8)), t[0].Device.Full(new Shape(8), 1), Classes(t[0].Device), relu: true)),
        new("batch norm by classes in evaluation", [[4, 3, 3, 8]], [[3, 8], [3, 8]], t => t[0].BatchNormEval(t[1], t[2],
            t[0].Device.Zeros(new Shape(8)), t[0].Device.Full(new Shape(8), 0.7f), Classes(t[0].Device))),
        new("batch norm in evaluation", [[4, 3, 3, 8]], [[8], [8], [8]],
            t => t[0].BatchNormEval(t[1], t[2], t[3], t[0].Device.Full(new Shape(8), 0.7f))),
        new("relu", [[5, 7]], [], t => t[0].Relu()) { Everywhere = true },
        new("tanh", [[5, 7]], [], t => t[0].Tanh()) { Everywhere = true },
        new("sum of two", [[5, 8], [5, 8]], [], t => t[0] + t[1]) { Everywhere = true },
        new("bias and leaky relu", [[5, 8]], [[8]], t => t[0].AddLeakyRelu(t[1])) { Everywhere = true },
        new("sum of two and relu", [[5, 8], [5, 8]], [], t => t[0].AddRelu(t[1])) { Everywhere = true },
        new("bias", [[5, 8]], [[8]], t => t[0] + t[1]) { Everywhere = true },
        new("scaled row", [[5, 8], [8]], [], t => t[0] * t[1]) { Everywhere = true },
        new("upsampling", [[2, 3, 4, 8]], [], t => t[0].Upsample2x()),
        new("binomial upsampling", [[2, 3, 4, 8]], [], t => t[0].Upsample2x(UpsampleMode.Binomial)),
        new("downsampling", [[2, 4, 6, 8]], [], t => t[0].Downsample2x()),
        new("average pool", [[2, 4, 6, 8]], [], t => t[0].AvgPool2d()),
        new("rotation", [[3, 4, 4, 5]], [], t => t[0].Rotate90(t[0].Device.From([1, 2, 3], new Shape(3)))),
        new("rotation of RGB", [[4, 4, 4, 3]], [], t => t[0].Rotate90(t[0].Device.From([0, 1, 2, 3], new Shape(4)))),
        new("sum over pixels", [[2, 4, 4, 8]], [], t => t[0].Sum(1, 2)) { Result = DType.F32, Everywhere = true },
        new("mean", [[3, 40]], [], t => t[0].Mean()) { Result = DType.F32, Everywhere = true },
        new("cast to F32", [[3, 5]], [], t => t[0].Cast(DType.F32)) { Result = DType.F32, Everywhere = true },
        new("reshape", [[4, 6]], [], t => t[0].Reshape(3, 8)) { Everywhere = true },
        new("permute", [[2, 3, 4]], [], t => t[0].Permute(2, 0, 1)) { Everywhere = true },
        new("slice", [[4, 6]], [], t => t[0].Slice(1, 2, 3)) { Everywhere = true },
        new("concat", [[2, 3], [2, 4]], [], t => Tensor.Concat([t[0], t[1]], 1)) { Everywhere = true },
        new("two uses of one tensor", [[5, 8]], [], t => t[0].Relu() + t[0].Tanh()) { Everywhere = true },
    ];

    EmulatedCuda _cuda = null!;
    Device _device = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _cuda = new EmulatedCuda(new EmulatorOptions { HasCuBlas = libraries, HasCuDnn = libraries });
        _device = new Device(new CudaBackend(_cuda));
    }

    [OneTimeTearDown]
    public void Close()
    {
        _device.Dispose();
        _cuda.Dispose();
    }

    [TestCaseSource(nameof(s_cases))]
    public void Values_and_gradients_are_those_of_f32_within_rounding(Case c)
    {
        using var leaks = new NoLeaks(_device);
        var expected = Evaluate(c, DType.F32);
        var actual = Evaluate(c, DType.BF16);
        for (int i = 0; i < expected.Length; i++)
            Close(actual[i], expected[i], i == 0 ? "The value" : $"The gradient of input {i - 1}");
    }

    [Test]
    public void A_spectrally_normalised_weight_is_bf16_and_its_gradient_f32()
    {
        using var leaks = new NoLeaks(_device);
        var expected = Normalise(DType.F32);
        var actual = Normalise(DType.BF16);
        for (int i = 0; i < expected.Length; i++) Close(actual[i], expected[i], $"Array {i}");

        float[][] Normalise(DType type)
        {
            using var scope = _device.Scope();
            var w = _device.Leaf(1, 12, 3, 3, 4);
            var (u, v) = (_device.From(Rounded(12, 2), new Shape(12)), _device.From(Rounded(36, 3), new Shape(36)));
            var n = Tensor.SpectralNorm([new(w, u, v, type)], 1)[0];
            Assert.That(n.Type, Is.EqualTo(type));
            n.Backward(_device.From(Rounded(432, 4), n.Shape).Cast(type));
            return [n.Cast(DType.F32).ToArray(), w.Grad!.ToArray(), u.ToArray(), v.ToArray()];
        }
    }

    [Test]
    public void Self_attention_gives_the_type_of_its_images_back()
    {
        using var random = new Rng(_device, 3);
        using var layer = new SelfAttention2d(random, 16);
        layer.Gamma.CopyFrom<float>([0.5f]);
        float[] images = Rounded(2 * 4 * 4 * 16, 4);
        Close(Run(DType.BF16), Run(DType.F32), "The result", 4 * Tolerance);

        float[] Run(DType type)
        {
            using var scope = _device.Scope();
            var y = layer.Forward(_device.From(images, new Shape(2, 4, 4, 16)).Cast(type));
            Assert.That(y.Type, Is.EqualTo(type));
            return y.Cast(DType.F32).ToArray();
        }
    }

    /// <summary>No layer is told a type: each follows its input, and so do weights that are normalised in one launch.</summary>
    [Test]
    public void Layers_compute_in_the_type_of_their_input([Values] bool spectral)
    {
        using var random = new Rng(_device, 3);
        using var convolution = new Conv2d(random, 8, 16, 3, spectral: spectral);
        using var head = new Linear(random, 16, 8, spectral: spectral);
        float[] images = Rounded(2 * 5 * 5 * 8, 4);
        // One estimate for both runs.
        convolution.Eval();
        head.Eval();
        var (f32, bf16) = (Run(DType.F32), Run(DType.BF16));
        for (int i = 0; i < f32.Length; i++) Close(bf16[i], f32[i], $"Array {i}", 4 * Tolerance);
        Assert.That(bf16[0], Is.Not.EqualTo(f32[0]));

        float[][] Run(DType type)
        {
            using var scope = _device.Scope();
            if (spectral)
            {
                long launches = _cuda.Calls("cuLaunchCooperativeKernel");
                SpectralNorm.Prepare([convolution.Spectral!], type, [head.Spectral!]);
                Assert.That(_cuda.Calls("cuLaunchCooperativeKernel") - launches, Is.EqualTo(1));
            }
            foreach (var p in (Tensor[])[.. convolution.Parameters, .. head.Parameters]) p.ZeroGrad();
            var h = convolution.Forward(_device.From(images, new Shape(2, 5, 5, 8)).Cast(type));
            Assert.That(h.Type, Is.EqualTo(type));
            var y = head.Forward(h.Sum(1, 2));
            Assert.That(y.Type, Is.EqualTo(DType.F32));
            Assert.That(head.Forward(_device.Zeros(new Shape(1, 16), type)).Type, Is.EqualTo(type));
            y.Square().Sum().Backward();
            return [y.ToArray(), convolution.Weight.Grad!.ToArray(), head.Weight.Grad!.ToArray()];
        }
    }

    [Test]
    public void A_gradient_of_a_gradient_goes_through()
    {
        using var leaks = new NoLeaks(_device);
        // There are some ten roundings on the way.
        Close(Penalty(DType.BF16), Penalty(DType.F32), "The penalty's gradient", 4 * Tolerance);

        float[] Penalty(DType type)
        {
            using var scope = _device.Scope();
            // Small enough for tanh to stay off ±1, where 1 − y² keeps few digits of a rounded y.
            var (w, x) = (Leaf([8, 3, 3, 4], 5, 1f / 16), Leaf([2, 5, 5, 4], 6));
            var y = x.Cast(type).Conv2d(w.Cast(type), null, 1, 1).Tanh().Sum(1, 2);
            var dx = Autograd.Grad([y], [x], [_device.From(Rounded(16, 7), y.Shape)], createGraph: true)[0];
            Assert.That(dx.Type, Is.EqualTo(DType.F32));
            dx.Square().Sum().Backward();
            return w.Grad!.ToArray();
        }
    }

    [Test]
    public void Operands_of_two_types_are_refused()
    {
        using var scope = _device.Scope();
        var (x, w) = (_device.Zeros(new Shape(1, 3, 3, 2), DType.BF16), _device.Zeros(new Shape(2, 1, 1, 2)));
        Assert.That(() => x.Conv2d(w),
            Throws.ArgumentException.With.Message.Contains("Conv2d").And.Message.Contains("different types"));
        Assert.That(() => x.Reshape(9, 2).MatMul(w.Reshape(2, 2)),
            Throws.ArgumentException.With.Message.Contains("MatMul").And.Message.Contains("different types"));
        Assert.That(() => x.RequiresGrad = true,
            Throws.InvalidOperationException.With.Message.Contains("only F32 and F64 leaves"));
        Assert.That(() => _device.Ints(2).Tanh(), Throws.ArgumentException.With.Message.Contains("I32"));
    }

    static Tensor Classes(Device device) => device.From([2, 0, 2, 1], new Shape(4));

    static Tensor Norm(Tensor[] t, bool relu)
    {
        var (device, shape) = (t[0].Device, t[1].Shape);
        return t[0].BatchNorm(t[1], t[2], device.Zeros(shape), device.Full(shape, 1), relu: relu);
    }

    /// <summary>
    /// The result, and the gradients by activations and parameters, for upstream gradients that BF16 holds exactly.
    /// </summary>
    float[][] Evaluate(Case c, DType type)
    {
        using var scope = _device.Scope();
        var inputs = new List<Tensor>();
        foreach (int[] shape in c.Activations) inputs.Add(Leaf(shape, inputs.Count).Cast(type));
        foreach (int[] shape in c.Parameters) inputs.Add(Leaf(shape, inputs.Count));
        var y = c.Run([.. inputs]);
        if (type == DType.BF16) Assert.That(y.Type, Is.EqualTo(c.Result));
        var upstream = _device.From(Rounded((int)y.Count, 99), y.Shape).Cast(y.Type);
        var gradients = Autograd.Grad([y], inputs, [upstream]);
        Assert.That(gradients.Select(g => g.Type), Is.EqualTo(inputs.Select(x => x.Type)));
        return [.. gradients.Prepend(y).Select(t => t.Cast(DType.F32).ToArray())];
    }

    Tensor Leaf(int[] shape, int seed, float scale = 1)
    {
        var leaf = _device.From([.. Rounded((int)new Shape(shape).Count, seed).Select(x => x * scale)], new Shape(shape));
        leaf.RequiresGrad = true;
        return leaf;
    }

    static float[] Rounded(int count, int seed) =>
        [.. Make.Numbers(count, seed).Select(x => BFloat16.ToSingle(BFloat16.FromSingle(x)))];

    static void Close(float[] actual, float[] expected, string what, double tolerance = Tolerance)
    {
        double scale = expected.Max(Math.Abs);
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance * scale))
                Assert.Fail($"{what}, element {i}, is {actual[i]:R} in BF16 and {expected[i]:R} in F32 (largest {scale:G4}).");
        }
    }

    /// <summary>The table again, on a device that only stores BF16.</summary>
    public sealed class OnTheCpu
    {
        static IEnumerable<Case> Computing => s_cases.Where(c => !c.Everywhere);

        [TestCaseSource(nameof(Computing))]
        public void The_cpu_refuses_to_compute_in_bf16(Case c)
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            Tensor[] inputs =
            [
                .. c.Activations.Select(s => device.Zeros(new Shape(s), DType.BF16)),
                .. c.Parameters.Select(s => device.Zeros(new Shape(s))),
            ];
            Assert.That(() => c.Run(inputs),
                Throws.ArgumentException.With.Message.Contains("has type BF16, in which cpu does not compute; F32 is needed."));
        }

        [Test]
        public void The_cpu_does_not_normalise_weights_in_bf16()
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            var (w, u, v) = (device.Full(new Shape(2, 3), 1), device.Full(new Shape(2), 1), device.Full(new Shape(3), 1));
            Assert.That(() => Tensor.SpectralNorm([new(w, u, v, DType.BF16)], 1),
                Throws.ArgumentException.With.Message.Contains("SpectralNorm: cpu does not compute in BF16."));
        }
    }
}
