using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Interop;

namespace Ssgan.Tests.Golden;

/// <summary>Comparisons with golden values.</summary>
static class GoldenCheck
{
    /// <summary>|actual − expected| ≤ tolerance·max(1, largest |expected|), element by element.</summary>
    public static void Close(float[] actual, float[] expected, double tolerance, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        double scale = 1;
        foreach (float e in expected) scale = Math.Max(scale, Math.Abs(e));
        CloseAbsolute(actual, expected, tolerance * scale, what);
    }

    /// <summary>|actual − expected| ≤ tolerance, element by element.</summary>
    public static void CloseAbsolute(float[] actual, float[] expected, double tolerance, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
                Assert.Fail($"{what}[{i}] is {actual[i]:R}, should be {expected[i]:R} within {tolerance:G3}");
        }
    }

    /// <summary>A golden value as a tensor, images and filters with channels last.</summary>
    public static Tensor Tensor(this GoldenFile file, Device device, string name, bool requiresGrad = false)
    {
        var (values, shape) = file.ChannelsLast(name);
        var t = device.From(values, new Shape(shape));
        t.RequiresGrad = requiresGrad;
        return t;
    }

    /// <summary>Compares a tensor with a golden value in channels-last layout.</summary>
    public static void Matches(this GoldenFile file, Tensor? actual, string name, double tolerance = 2e-5)
    {
        Assert.That(actual, Is.Not.Null, name);
        Close(actual!.ToArray(), file.ChannelsLast(name).Values, tolerance, name);
    }

    /// <summary>
    /// Writes the entries under a prefix as a file of their own, the way Mimicry's state would be saved, and hands its path on.
    /// </summary>
    public static void AsFile(this GoldenFile file, string prefix, Action<string> use)
    {
        string path = Path.Combine(Path.GetTempPath(), $"ssgan-golden-{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsWriter.Write(path, file.Under(prefix).Select(key =>
                new SafetensorsItem(key, [.. file.Shape($"{prefix}/{key}").Select(static d => (long)d)],
                    file.F32($"{prefix}/{key}"))));
            use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Gradients of a network by Mimicry's names, in the file's layout.</summary>
    public static void GradientsMatch(this GoldenFile file, IEnumerable<MimicryEntry> map, string prefix, double tolerance)
    {
        foreach (var entry in map)
        {
            if (!file.Contains($"{prefix}/{entry.Key}")) continue;
            Assert.That(entry.Tensor.Grad, Is.Not.Null, entry.Key);
            Close(entry.ToFile(entry.Tensor.Grad!.ToArray()), file.F32($"{prefix}/{entry.Key}"),
                tolerance, $"{prefix}/{entry.Key}");
        }
    }
}
