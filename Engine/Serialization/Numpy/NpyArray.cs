using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization.Numpy;

/// <summary>An array of NumPy's, in memory: row-major, of one of the types F32, F64, U8, I32 and I64.</summary>
public sealed class NpyArray
{
    readonly long[] _shape;
    readonly byte[] _bytes;

    /// <summary>The bytes are little-endian and row-major, as many as shape and type ask for.</summary>
    internal NpyArray(string name, FileDType type, long[] shape, byte[] bytes) =>
        (Name, DType, _shape, _bytes) = (name, type, shape, bytes);

    /// <summary>An array of singles.</summary>
    /// <param name="name">Its name in an archive, without ".npy".</param>
    /// <param name="shape">Its dimensions, outermost first; none for a scalar.</param>
    /// <param name="values">Its values, row-major; they are copied.</param>
    /// <exception cref="ArgumentException">The values are not as many as the shape has.</exception>
    public static NpyArray Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values) =>
        Of(name, FileDType.F32, shape, values);

    /// <summary>An array of doubles.</summary>
    /// <inheritdoc cref="Of(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public static NpyArray Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<double> values) =>
        Of(name, FileDType.F64, shape, values);

    /// <summary>An array of bytes.</summary>
    /// <inheritdoc cref="Of(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public static NpyArray Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<byte> values) =>
        Of(name, FileDType.U8, shape, values);

    /// <summary>An array of 32-bit integers.</summary>
    /// <inheritdoc cref="Of(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public static NpyArray Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<int> values) =>
        Of(name, FileDType.I32, shape, values);

    /// <summary>An array of 64-bit integers.</summary>
    /// <inheritdoc cref="Of(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public static NpyArray Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<long> values) =>
        Of(name, FileDType.I64, shape, values);

    /// <summary>Its name in an archive, without ".npy".</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public FileDType DType { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The values, row-major, as what they are.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="double"/>, <see cref="byte"/>, <see cref="int"/> or
    /// <see cref="long"/>.</typeparam>
    /// <exception cref="InvalidOperationException">They are of another type.</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged =>
        TypeOf<T>() == DType ? MemoryMarshal.Cast<byte, T>(_bytes)
            : throw new InvalidOperationException($"Array '{Name}' is of {DType.Name()}, not of {typeof(T).Name}.");

    /// <summary>The values as doubles, whatever floating-point or integer type they have; large I64 are rounded.</summary>
    public double[] ToDoubles() => DType switch
    {
        FileDType.F32 => Convert<float>(static x => x),
        FileDType.F64 => Values<double>().ToArray(),
        FileDType.U8 => Convert<byte>(static x => x),
        FileDType.I32 => Convert<int>(static x => x),
        _ => Convert<long>(static x => x),
    };

    /// <summary>For example "mu: F64 (2048)".</summary>
    public override string ToString() => $"{Name}: {DType.Name()} ({string.Join(", ", _shape)})";

    internal ReadOnlySpan<byte> Bytes => _bytes;

    double[] Convert<T>(Converter<T, double> convert) where T : unmanaged => Array.ConvertAll(Values<T>().ToArray(), convert);

    static NpyArray Of<T>(string name, FileDType type, ReadOnlySpan<long> shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        var bytes = MemoryMarshal.AsBytes(values);
        if (type.ByteLength(shape) != bytes.Length)
            throw new ArgumentException($"{values.Length} values do not make an array of shape ({string.Join(", ",
                shape.ToArray())}).", nameof(values));
        return new NpyArray(name, type, shape.ToArray(), bytes.ToArray());
    }

    static FileDType? TypeOf<T>() =>
        typeof(T) == typeof(float) ? FileDType.F32
        : typeof(T) == typeof(double) ? FileDType.F64
        : typeof(T) == typeof(byte) ? FileDType.U8
        : typeof(T) == typeof(int) ? FileDType.I32
        : typeof(T) == typeof(long) ? FileDType.I64
        : null;
}
