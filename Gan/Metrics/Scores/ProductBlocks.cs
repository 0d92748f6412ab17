using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>Inner products of rows from <paramref name="Row"/> on with rows from <paramref name="Column"/> on.</summary>
/// <param name="Row">The first row.</param>
/// <param name="Rows">How many.</param>
/// <param name="Column">The first column, a row of the other set.</param>
/// <param name="Columns">How many.</param>
/// <param name="Products">(rows, columns), and perhaps more behind.</param>
readonly record struct ProductBlock(int Row, int Rows, int Column, int Columns, float[] Products)
{
    internal ReadOnlySpan<float> this[int row] => Products.AsSpan(row * Columns, Columns);
}

/// <summary>
/// All inner products of two sets by the device, in blocks: what is held at a time does not grow with the sets.
/// </summary>
static class ProductBlocks
{
    const int MostRows = 2048, MostValues = 1 << 24;

    /// <summary>Hands out blocks row by row of blocks.</summary>
    /// <param name="device">Computes the products, in single precision whatever it is set to.</param>
    /// <param name="rows">Centred as <paramref name="columns"/> are.</param>
    /// <param name="columns">The other set.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <param name="use">Takes a block, whose memory is used again.</param>
    /// <param name="done">Is told the first row, and the number, of rows that all columns have been through.</param>
    internal static void ForEach(Device device, CentredRows rows, CentredRows columns, int threads, Action<ProductBlock> use,
        Action<int, int>? done = null)
    {
        int side = Math.Clamp(MostValues / rows.Dimensions, 1, MostRows);
        float[] products = new float[Math.Min(side, rows.Count) * Math.Min(side, columns.Count)];
        using var precision = new SinglePrecision(device);
        for (int i = 0; i < rows.Count; i += side)
        {
            int height = Math.Min(side, rows.Count - i), first = i;
            float[] left = rows.Copy(r => first + r, height, threads);
            for (int j = 0; j < columns.Count; j += side)
            {
                int width = Math.Min(side, columns.Count - j), start = j;
                float[] right = columns.Copy(c => start + c, width, threads);
                Multiply(device, left, right, rows.Dimensions, products);
                use(new ProductBlock(i, height, j, width, products));
            }
            done?.Invoke(i, height);
        }
    }

    /// <summary>left (m, d) · rightᵀ (d, n) to the start of the result.</summary>
    internal static void Multiply(Device device, ReadOnlySpan<float> left, ReadOnlySpan<float> right, int dimensions,
        Span<float> result)
    {
        using var scope = device.Scope();
        var a = device.From(left, new Shape(left.Length / dimensions, dimensions));
        var b = device.From(right, new Shape(right.Length / dimensions, dimensions));
        a.MatMul(b, transposeB: true).CopyTo(result);
    }
}

/// <summary>Products of a device are in single precision until disposed, also where training uses TF32.</summary>
readonly struct SinglePrecision : IDisposable
{
    readonly Device _device;
    readonly Precision _before;

    internal SinglePrecision(Device device)
    {
        (_device, _before) = (device, device.Precision);
        device.Use(Precision.F32);
    }

    public void Dispose() => _device.Use(_before);
}
