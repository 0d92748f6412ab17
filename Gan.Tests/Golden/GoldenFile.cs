using System.Globalization;
using System.Runtime.InteropServices;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Golden;

/// <summary>
/// One of the files that make_golden.py wrote; names and conventions are in README.md. PyTorch's layouts (NCHW, OIHW) are
/// converted to the engine's (NHWC, OHWI) by the methods that say so.
/// </summary>
sealed class GoldenFile
{
    readonly SafetensorsFile _file;

    GoldenFile(SafetensorsFile file) => _file = file;

    /// <summary>Reads Golden/<paramref name="stem"/>.safetensors from beside the test assembly into memory.</summary>
    public static GoldenFile Load(string stem)
    {
        string path = PathOf(stem + ".safetensors");
        return new GoldenFile(SafetensorsFile.Read(File.ReadAllBytes(path), path));
    }

    /// <summary>Where a file of Golden/ stands beside the test assembly.</summary>
    public static string PathOf(string name) => Path.Combine([AppContext.BaseDirectory, "Golden", .. name.Split('/')]);

    public bool Contains(string name) => _file.TryGet(name, out _);

    /// <summary>The first part of each name, once.</summary>
    public string[] Cases() => [.. _file.Entries.Select(e => e.Name[..e.Name.IndexOf('/')]).Distinct()];

    /// <summary>The names under "<paramref name="prefix"/>/", without the prefix, in the order of the file.</summary>
    public string[] Under(string prefix) =>
        [.. _file.Entries.Select(e => e.Name).Where(n => n.StartsWith(prefix + "/", StringComparison.Ordinal))
            .Select(n => n[(prefix.Length + 1)..])];

    /// <summary>A case's constant from the metadata, such as Setting("conv2d_3x3_p1", "padding").</summary>
    public double Setting(string test, string key)
    {
        string text = _file.Metadata[test].Split(' ').Single(part => part.StartsWith(key + "=", StringComparison.Ordinal));
        return double.Parse(text.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>The shape as stored, in PyTorch's order.</summary>
    public int[] Shape(string name) => [.. _file[name].Shape.ToArray().Select(dim => checked((int)dim))];

    /// <summary>The values as stored, in PyTorch's order; F64 entries are rounded.</summary>
    public float[] F32(string name) => _file[name].ReadF32();

    public double[] F64(string name) => Values<double>(name, FileDType.F64);

    public int[] I32(string name) => Values<int>(name, FileDType.I32);

    public byte[] U8(string name) => Values<byte>(name, FileDType.U8);

    /// <summary>
    /// An image batch or a filter with the channels moved last: NCHW to NHWC, OIHW to OHWI. Other ranks pass unchanged.
    /// </summary>
    public (float[] Values, int[] Shape) ChannelsLast(string name)
    {
        var (values, s) = (F32(name), Shape(name));
        return s.Length == 4 ? (ChannelsLast(values, s[0], s[1], s[2], s[3]), [s[0], s[2], s[3], s[1]]) : (values, s);
    }

    /// <summary>
    /// (n, c, h, w) to (n, h, w, c). For spectral norm's v of a filter (O, I, kh, kw) call it with (1, I, kh, kw), since v runs
    /// over a row of the weight; for images as bytes and rows of a linear layer see the other forms.
    /// </summary>
    public static T[] ChannelsLast<T>(T[] values, int n, int c, int h, int w)
    {
        Assert.That(values, Has.Length.EqualTo(n * c * h * w));
        var result = new T[values.Length];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < c; k++)
                for (int p = 0; p < h * w; p++)
                    result[(i * h * w + p) * c + k] = values[(i * c + k) * h * w + p];
        return result;
    }

    /// <summary>
    /// Reorders the rows of a linear layer whose outputs are read as an image: row (c·h + y)·w + x goes to (y·w + x)·c' + c.
    /// Serves the weight (rows of any length), its gradient and the bias (rows of one) of the generator's first layer.
    /// </summary>
    public static float[] RowsChannelsLast(float[] values, int c, int h, int w)
    {
        int length = values.Length / (c * h * w);
        Assert.That(values, Has.Length.EqualTo(length * c * h * w));
        float[] result = new float[values.Length];
        for (int k = 0; k < c; k++)
            for (int p = 0; p < h * w; p++)
                values.AsSpan((k * h * w + p) * length, length).CopyTo(result.AsSpan((p * c + k) * length, length));
        return result;
    }

    T[] Values<T>(string name, FileDType type) where T : unmanaged
    {
        var entry = _file[name];
        Assert.That(entry.DType, Is.EqualTo(type), name);
        return MemoryMarshal.Cast<byte, T>(entry.ReadBytes()).ToArray();
    }
}
