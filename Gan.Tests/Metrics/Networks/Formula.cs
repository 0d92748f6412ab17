using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Metrics.Networks;

/// <summary>Weights and images by the formulas of Golden/inception_net.py and golden_networks.py.</summary>
static class Formula
{
    /// <summary>Gives every tensor of a network the values of its name.</summary>
    public static void Fill(IReadOnlyCollection<StateEntry> entries)
    {
        foreach (var entry in entries)
        {
            float[] values = Weights(entry);
            entry.Tensor.CopyFrom<float>(entry.FromFile is null ? values : entry.FromFile(values));
        }
    }

    /// <summary>The values of a name, in the order of a file.</summary>
    public static float[] Weights(StateEntry entry)
    {
        string name = entry.Name;
        long count = entry.Tensor.Count;
        double he = Math.Sqrt(6.0 * entry.Tensor.Shape[0] / count);
        Func<double, double> value = name.EndsWith("conv.weight", StringComparison.Ordinal) || name == "fc.weight" ? u => he * u
            : name.EndsWith("bn.weight", StringComparison.Ordinal) ? static u => 1 + 0.25 * u
            : name.EndsWith("running_var", StringComparison.Ordinal) ? static u => 1 + 0.5 * u
            : static u => 0.25 * u;
        return [.. Draws(name, (int)count).Select(u => (float)value(u))];
    }

    /// <summary>Slopes and noise, bytes (count, size, size, 3).</summary>
    public static byte[] Images(string name, int count, int size)
    {
        byte[] pixels = new byte[count * size * size * 3];
        int i = 0;
        foreach (double u in Draws(name, pixels.Length))
        {
            int c = i % 3, x = i / 3 % size, y = i / 3 / size % size, n = i / 3 / size / size;
            pixels[i++] = (byte)(7 * x + 3 * y * (c + 1) + 50 * n + (int)((u + 1) * 32));
        }
        return pixels;
    }

    static IEnumerable<double> Draws(string name, int count)
    {
        uint seed = 0x811C9DC5;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) seed = (seed ^ b) * 0x01000193;
        for (uint i = 0; i < count; i++)
        {
            uint h = i * 0x9E3779B1 + seed;
            h = (h ^ h >> 16) * 0x85EBCA6B;
            h = (h ^ h >> 13) * 0xC2B2AE35;
            yield return ((h ^ h >> 16) >> 8) / 8388608.0 - 1;
        }
    }
}
