using System.Runtime.InteropServices;
using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>A device and a kernel of a few lines: entry k(x, y) with x in %rd0, y in %rd1 and the thread's x in %r0.</summary>
sealed class PtxBench : IDisposable
{
    readonly List<ulong> _arrays = [];
    readonly EmulatorOptions _options;

    public PtxBench(EmulatorOptions? options = null)
    {
        _options = options ?? new EmulatorOptions();
        Memory = new DeviceMemory(_options.MemoryBytes);
        Executor = new Executor(_options, Memory);
    }

    public DeviceMemory Memory { get; }

    public Executor Executor { get; }

    public static string Kernel(string body, string module = "", string target = "sm_75") => $$"""
        .version {{(target == "sm_75" ? "7.0" : "7.1")}}
        .target {{target}}
        .address_size 64
        {{module}}
        .visible .entry k(.param .u64 x, .param .u64 y)
        {
            .reg .pred %p<8>;
            .reg .b16 %rs<16>;
            .reg .b32 %r<32>;
            .reg .f32 %f<32>;
            .reg .b64 %rd<32>;
            ld.param.u64 %rd0, [x];
            ld.param.u64 %rd1, [y];
            mov.u32 %r0, %tid.x;
        {{body}}
        }
        """;

    public ulong Upload<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        ulong address = Reserve(bytes.Length);
        Memory.Write(address, bytes);
        return address;
    }

    /// <summary>Bytes that nothing wrote.</summary>
    public ulong Reserve(long bytes)
    {
        ulong address = Memory.Allocate(bytes);
        _arrays.Add(address);
        return address;
    }

    public T[] Download<T>(ulong address, int count) where T : unmanaged
    {
        var values = new T[count];
        Memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Runs entry k of a module's text.</summary>
    public void Run(string text, ulong x, ulong y, int threads = 32, int blocks = 1,
        int dynamicShared = 0, bool cooperative = false)
    {
        using var instance = Executor.Load(PtxModule.Parse(text));
        Executor.Run(instance.Module.Find("k")!, instance, new Dim3(blocks), new Dim3(threads), dynamicShared,
            MemoryMarshal.AsBytes<ulong>([x, y]), cooperative);
    }

    /// <summary>The fault of a run that must have one.</summary>
    public EmulatorFault Fault(string text, ulong x, ulong y, int threads = 32, int blocks = 1, int dynamicShared = 0) =>
        Assert.Throws<EmulatorFault>(() => Run(text, x, y, threads, blocks, dynamicShared))!;

    public void Dispose()
    {
        foreach (ulong address in _arrays) Memory.Free(address);
        Memory.CheckLeaks();
    }
}
