using System.Runtime.InteropServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// What one workload runs on: a device, memory with random contents, and whatever else it holds; freed together.
/// </summary>
sealed class BenchmarkContext(Device device) : IDisposable
{
    readonly Blocks _memory = new(device.Backend);
    readonly Stack<IDisposable> _owned = new();
    readonly Random _random = new(1);
    string? _folder;

    public Device Device => device;

    public Backend Backend => device.Backend;

    /// <summary>An empty folder of its own, deleted at the end.</summary>
    public string Folder => _folder ??= Directory.CreateTempSubdirectory("ssgan-bench-").FullName;

    /// <summary>Undefined contents.</summary>
    public TensorView Empty(Shape shape, DType type = DType.F32) => _memory.Empty(shape, type);

    /// <summary>Standard normals, in F32 or BF16.</summary>
    public TensorView Numbers(Shape shape, DType type = DType.F32) => _memory.Numbers(shape, type);

    /// <summary>One value everywhere.</summary>
    public TensorView Full(Shape shape, float value, DType type = DType.F32)
    {
        var result = Empty(shape, type);
        Backend.Fill(result, value);
        return result;
    }

    /// <summary>I32 in [0, limit).</summary>
    public TensorView Integers(int count, int limit) =>
        Integers([.. Enumerable.Range(0, count).Select(_ => _random.Next(limit))]);

    /// <summary>I32 (N).</summary>
    public TensorView Integers(int[] values)
    {
        var result = Empty(new Shape(values.Length), DType.I32);
        Backend.Upload(MemoryMarshal.AsBytes<int>(values), result);
        return result;
    }

    /// <summary>U8 of any value.</summary>
    public TensorView Pixels(Shape shape)
    {
        var result = Empty(shape, DType.U8);
        Backend.Upload(RandomBytes(checked((int)shape.Count)), result);
        return result;
    }

    /// <summary>Bytes on the host.</summary>
    public byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Keeps something until the end.</summary>
    public T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var last)) last.Dispose();
        _memory.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}
