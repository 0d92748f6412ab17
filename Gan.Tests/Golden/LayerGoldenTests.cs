using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;

namespace Ssgan.Tests.Golden;

/// <summary>Every single operation of layers.safetensors: output and the gradient of every input.</summary>
public sealed class LayerGoldenTests
{
    static readonly GoldenFile File = GoldenFile.Load("layers");

    static IEnumerable<TestCaseData> Operations()
    {
        foreach (string test in File.Cases())
        {
            if (Inputs(test) is { } inputs) yield return new TestCaseData(test, inputs).SetName(test);
        }
    }

    /// <summary>A case's differentiable inputs, or null where another test takes it.</summary>
    static string[]? Inputs(string test) => test switch
    {
        "linear" => ["x", "w", "b"],
        _ when test.Contains("conv", StringComparison.Ordinal) && !test.StartsWith("spectral", StringComparison.Ordinal) =>
            ["x", "w", "b"],
        _ when test.StartsWith("batch_norm", StringComparison.Ordinal) => ["x", "gamma", "beta"],
        "relu" or "leaky_relu" or "tanh" or "sigmoid" or "softplus" or "exp" or "log" or "sqrt" or "reciprocal" => ["x"],
        "add" or "subtract" or "multiply" or "divide" => ["a", "b"],
        _ when test.Contains("pool", StringComparison.Ordinal) || test.StartsWith("upsample", StringComparison.Ordinal) => ["x"],
        _ when test.StartsWith("rotate", StringComparison.Ordinal) => ["x"],
        "log_sum_exp" or "cross_entropy" => ["x"],
        "embedding" => ["w"],
        "hinge_d" or "minimax_d" or "wasserstein_d" => ["real", "fake"],
        "hinge_g" or "minimax_g" or "nonsaturating_g" or "wasserstein_g" => ["fake"],
        _ => null,
    };

    [TestCaseSource(nameof(Operations))]
    public void Operation(string test, string[] inputs)
    {
        using var device = Device.Cpu();
        using var scope = device.Scope();
        var t = inputs.Select(name => File.Tensor(device, $"{test}/{name}", requiresGrad: true)).ToArray();
        Tensor? runningMean = null, runningVar = null;
        if (File.Contains($"{test}/running_mean")) (runningMean, runningVar) = (Get("running_mean"), Get("running_var"));

        var y = Run();

        File.Matches(y, $"{test}/y");
        y.Backward(Get("dy"));
        for (int i = 0; i < t.Length; i++) File.Matches(t[i].Grad, $"{test}/d{inputs[i]}");
        if (File.Contains($"{test}/running_mean_after"))
        {
            File.Matches(runningMean, $"{test}/running_mean_after");
            File.Matches(runningVar, $"{test}/running_var_after");
        }

        Tensor Run() => test switch
        {
            "linear" => t[0].MatMul(t[1], transposeB: true) + t[2],
            _ when test.StartsWith("conv2d", StringComparison.Ordinal) => t[0].Conv2d(t[1], t[2], Int("stride"), Int("padding")),
            _ when test.StartsWith("spec_conv2d", StringComparison.Ordinal) => t[0].Conv2d(t[1], t[2], Spec()),
            _ when test.StartsWith("conv_transpose2d", StringComparison.Ordinal) =>
                t[0].ConvTranspose2d(t[1], t[2], Spec(), (Int("more_h"), Int("more_w"))),
            _ when test.StartsWith("batch_norm", StringComparison.Ordinal) => BatchNorm(),
            "relu" => t[0].Relu(),
            "leaky_relu" => t[0].LeakyRelu((float)File.Setting(test, "slope")),
            "tanh" => t[0].Tanh(),
            "sigmoid" => t[0].Sigmoid(),
            "softplus" => t[0].Softplus(),
            "exp" => t[0].Exp(),
            "log" => t[0].Log(),
            "sqrt" => t[0].Sqrt(),
            "reciprocal" => t[0].Pow(-1),
            "add" => t[0] + t[1],
            "subtract" => t[0] - t[1],
            "multiply" => t[0] * t[1],
            "divide" => t[0] / t[1],
            "sum_pool" => t[0].Sum(1, 2),
            _ when test.StartsWith("avg_pool", StringComparison.Ordinal) =>
                t[0].AvgPool2d(Int("kernel"), Int("stride"), Int("padding")),
            _ when test.StartsWith("max_pool", StringComparison.Ordinal) =>
                t[0].MaxPool2d(Int("kernel"), Int("stride"), Int("padding")),
            "upsample_nearest" => t[0].Upsample2x(UpsampleMode.Nearest),
            _ when test.StartsWith("upsample_bilinear", StringComparison.Ordinal) => t[0].Upsample2x(),
            _ when test.StartsWith("rotate", StringComparison.Ordinal) => t[0].Rotate90(Indices("turns")),
            "log_sum_exp" => t[0].LogSumExp([1]),
            "cross_entropy" => Rotation.Loss(t[0], Indices("labels")).Loss,
            "embedding" => t[0].GatherRows(Indices("indices")),
            "hinge_d" => Hinge.Discriminator(t[0], t[1]),
            "hinge_g" => Hinge.Generator(t[0]),
            "minimax_d" => Minimax.Discriminator(t[0], t[1]),
            "minimax_g" => Minimax.Generator(t[0]),
            "nonsaturating_g" => NonSaturating.Generator(t[0]),
            "wasserstein_d" => Wasserstein.Discriminator(t[0], t[1]),
            "wasserstein_g" => Wasserstein.Generator(t[0]),
            _ => throw new InvalidOperationException($"No operation for {test}."),
        };

        Tensor BatchNorm()
        {
            float epsilon = (float)File.Setting(test, "eps");
            bool relu = File.Setting(test, "relu") == 1;
            if (test.Contains("train", StringComparison.Ordinal))
                return t[0].BatchNorm(t[1], t[2], runningMean!, runningVar!, epsilon,
                    (float)File.Setting(test, "momentum"), relu);
            var normalized = t[0].BatchNormEval(t[1], t[2], runningMean!, runningVar!, epsilon);
            return relu ? normalized.Relu() : normalized;
        }

        ConvSpec Spec() => new()
        {
            StrideH = Int("stride_h"), StrideW = Int("stride_w"), Top = Int("top"), Bottom = Int("bottom"), Left = Int("left"),
            Right = Int("right"), DilationH = Int("dilation_h"), DilationW = Int("dilation_w"), Groups = Int("groups"),
        };

        Tensor Get(string name) => File.Tensor(device, $"{test}/{name}");
        Tensor Indices(string name) => device.From(File.I32($"{test}/{name}"), new Shape(File.Shape($"{test}/{name}")));
        int Int(string key) => (int)File.Setting(test, key);
    }
}
