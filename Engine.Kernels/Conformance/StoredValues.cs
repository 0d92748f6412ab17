using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Values as doubles and as the bytes of an element type.</summary>
static class StoredValues
{
    /// <summary>A number rounded to a 16-bit float; as it is for others.</summary>
    public static double Round(float x, DType type) =>
        type == DType.BF16 ? BFloat16.Round(x) : type == DType.F16 ? (double)(Half)x : x;

    /// <summary>What the bytes say; of I64 the nearest doubles.</summary>
    public static double[] Of(byte[] bytes, DType type) => type switch
    {
        DType.F32 => Each<float>(bytes, static x => x),
        DType.BF16 => Each<ushort>(bytes, static x => BFloat16.ToSingle(x)),
        DType.F16 => Each<Half>(bytes, static x => (double)x),
        DType.F64 => Each<double>(bytes, static x => x),
        DType.I64 => Each<long>(bytes, static x => x),
        DType.I32 => Each<int>(bytes, static x => x),
        _ => Array.ConvertAll(bytes, static x => (double)x),
    };

    /// <summary>Values that the type holds, as its bytes.</summary>
    public static byte[] Bytes(double[] values, DType type) => type switch
    {
        DType.F32 => Stored(values, static x => (float)x),
        DType.BF16 => Stored(values, static x => BFloat16.FromSingle((float)x)),
        DType.F16 => Stored(values, static x => (Half)x),
        DType.F64 => Stored(values, static x => x),
        DType.I64 => Stored(values, static x => Conversion.ToInt64(x)),
        DType.I32 => Stored(values, static x => (int)x),
        _ => Array.ConvertAll(values, static x => (byte)x),
    };

    static double[] Each<T>(byte[] bytes, Func<T, double> value) where T : struct =>
        [.. MemoryMarshal.Cast<byte, T>(bytes).ToArray().Select(value)];

    static byte[] Stored<T>(double[] values, Func<double, T> stored) where T : struct =>
        [.. MemoryMarshal.AsBytes<T>(values.Select(stored).ToArray())];
}
