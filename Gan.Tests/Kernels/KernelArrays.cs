using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// The arrays of a kernel test on a backend, freed together; freeing checks that nothing around them was written.
/// </summary>
sealed class KernelArrays(Backend backend, int seed = 1) : IDisposable
{
    readonly List<GuardedArray> _arrays = [];
    CpuBackend? _own;

    /// <summary>Arrays on a CPU backend of their own.</summary>
    public static KernelArrays OnCpu(int threads = 2)
    {
        var cpu = new CpuBackend(threads);
        return new(cpu) { _own = cpu };
    }

    /// <summary>The backend of <see cref="OnCpu"/>.</summary>
    public CpuBackend Cpu => _own!;

    public Random Random { get; } = new(seed);

    /// <summary>An array that nothing is in yet.</summary>
    public TensorView New(Shape shape, DType type = DType.F32, bool misaligned = false)
    {
        var array = new GuardedArray(backend, shape, type, misaligned);
        _arrays.Add(array);
        return array.View;
    }

    /// <summary>The same of F32.</summary>
    public TensorView Output(params ReadOnlySpan<int> dims) => New(new Shape(dims));

    public TensorView Of(ReadOnlySpan<float> data, params ReadOnlySpan<int> dims) => From(new Shape(dims), DType.F32, data);

    public TensorView Ints(ReadOnlySpan<int> data, params ReadOnlySpan<int> dims) => From(new Shape(dims), DType.I32, data);

    public TensorView From(Shape shape, params float[] values) => From<float>(shape, DType.F32, values);

    public TensorView From<T>(Shape shape, DType type, ReadOnlySpan<T> values) where T : unmanaged
    {
        var view = New(shape, type);
        backend.Upload(MemoryMarshal.AsBytes(values), view);
        return view;
    }

    /// <summary>Normals of a given mean and deviation.</summary>
    public TensorView NormalsOf(float mean, float deviation, params ReadOnlySpan<int> dims)
    {
        var data = new float[new Shape(dims).Count];
        for (int i = 0; i < data.Length; i++)
            data[i] = mean + deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(
                2 * Math.PI * Random.NextDouble()));
        return Of(data, dims);
    }

    public TensorView Normals(params ReadOnlySpan<int> dims) => NormalsOf(0, 1, dims);

    /// <summary>Uniform numbers in [low, high).</summary>
    public TensorView Uniform(Shape shape, int from, float low = -2, float high = 2) =>
        From(shape, Numbers(shape.Count, from, low, high));

    public static float[] Numbers(long count, int from, float low = -2, float high = 2)
    {
        var random = new Random(from);
        var values = new float[count];
        for (long i = 0; i < count; i++) values[i] = low + (high - low) * random.NextSingle();
        return values;
    }

    public float[] Read(TensorView view) => Read<float>(view);

    public int[] ReadInts(TensorView view) => Read<int>(view);

    public T[] Read<T>(TensorView view) where T : unmanaged
    {
        var bytes = new byte[view.Bytes];
        backend.Download(view, bytes);
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    public void Dispose()
    {
        foreach (var array in _arrays)
        {
            array.Read<byte>();
            array.Dispose();
        }
        _arrays.Clear();
        _own?.Dispose();
    }
}
