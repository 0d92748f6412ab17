using System.Diagnostics;
using Ssgan.Engine.Serialization;
using Ssgan.Tests.Metrics.Networks;

namespace Ssgan.Benchmarks.Peers;

/// <summary>The Inception network with weights by a formula, for each runtime, and images whose features are known.</summary>
static class InceptionModels
{
    public const int Side = 299, Features = 2048;

    /// <summary>A file that inception_models.py writes, which Debian's PyTorch runs once.</summary>
    public static string Path(string name)
    {
        string folder = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "ssgan-inception-models");
        if (!File.Exists(System.IO.Path.Combine(folder, "inception.onnx")))
        {
            Directory.CreateDirectory(folder);
            string script = System.IO.Path.Combine(AppContext.BaseDirectory, "../../../../inception_models.py");
            using var python = Process.Start("/usr/bin/python3", ["-B", System.IO.Path.GetFullPath(script), folder]);
            python.WaitForExit();
            if (python.ExitCode != 0) throw new InvalidOperationException("inception_models.py needs Debian's python3-torch.");
        }
        return System.IO.Path.Combine(folder, name);
    }

    /// <summary>Copies of the golden image as the network takes it, channels last or planes.</summary>
    public static float[] Images(int count, bool planes)
    {
        byte[] pixels = Formula.Images("inception299", 1, Side);
        float[] values = new float[count * pixels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int at = i % pixels.Length;
            values[i] = (pixels[planes ? at % (Side * Side) * 3 + at / (Side * Side) : at] - 128) / 128f;
        }
        return values;
    }

    /// <summary>Refuses features of the golden image, the first of a row, that are not PyTorch's in double.</summary>
    public static void Check(ReadOnlySpan<float> features)
    {
        using var golden = SafetensorsFile.Open(System.IO.Path.Combine(AppContext.BaseDirectory, "inception.safetensors"));
        float[] expected = golden["tensorflow_299/features"].ReadF32();
        float scale = expected.Max(), worst = 0;
        for (int i = 0; i < Features; i++) worst = Math.Max(worst, Math.Abs(features[i] - expected[i]));
        if (!(worst <= 2e-5f * scale)) throw new InvalidOperationException($"features differ by {worst / scale} of the largest.");
    }
}
