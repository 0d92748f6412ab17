using System.Numerics;
using System.Runtime.InteropServices;

namespace Ssgan.Emulator;

/// <summary>
/// A place for a block on a multiprocessor: warps with their registers, shared memory, barriers. One block after
/// another runs in it.
/// </summary>
sealed unsafe class Block : IDisposable
{
    // Instructions that a warp runs before the next one has its turn: enough to make the switch cheap, few enough that
    // spinning ends soon.
    const int Quantum = 2048;

    // Warp instructions without any progress in the whole launch that nobody writes on purpose.
    const long Absurd = 1L << 23;

    readonly Warp[] _warps;
    readonly byte* _memory;
    readonly BlockBarriers _barriers;
    Random? _random;
    int _next;
    long _idle;
    int _progressSeen;

    public Block(Launch launch)
    {
        Launch = launch;
        Code = launch.Code;
        int warpBytes = Warp.HeaderBytes + Code.RegisterBytes, localBytes = Lanes.Count * Code.LocalBytes;
        SharedBytes = launch.SharedBytes;
        int sharedBytes = (SharedBytes + 63) & ~63;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(launch.Warps * (long)(warpBytes + 2 * localBytes) + sharedBytes + 64),
            64);
        Shared = _memory + launch.Warps * (long)warpBytes;
        byte* local = Shared + sharedBytes;
        Shadow = new SharedShadow(launch.SharedBytes, Code.SharedGrain, launch.Warps);
        Cache = new Allocation?[Code.Memory.Length];
        _warps = new Warp[launch.Warps];
        for (int k = 0; k < _warps.Length; k++)
        {
            _warps[k] = new Warp(this, k, _memory + (long)k * warpBytes, local + 2L * k * localBytes);
            WriteConstants(_warps[k].R);
            WriteThreadIds(_warps[k]);
        }
        _barriers = new BlockBarriers(this);
    }

    public Launch Launch { get; }

    public KernelCode Code { get; }

    public byte* Shared { get; }

    public int SharedBytes { get; }

    public SharedShadow Shadow { get; }

    /// <summary>The allocation that each memory instruction touched last.</summary>
    public Allocation?[] Cache { get; }

    public Dim3 Place { get; private set; }

    public int AliveThreads { get; private set; }

    /// <summary>Set by what writes memory; taken at the end of a step.</summary>
    public bool Changed { get; set; }

    public bool IsDone => AliveThreads == 0;

    public ReadOnlySpan<Warp> Warps => _warps;

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    public void Start(long number)
    {
        Place = Launch.Grid.Place(number);
        AliveThreads = Launch.Threads;
        if (Launch.Seed is { } seed) _random = new Random(unchecked(seed * 31 + (int)number));
        Shadow.Start(Code.SharedGaps);
        _barriers.Start();
        _next = 0;
        _idle = 0;
        foreach (var warp in _warps)
        {
            WriteBlockIds(warp.R);
            int threads = Math.Min(Lanes.Count, Launch.Threads - warp.Index * Lanes.Count);
            warp.Start(threads == Lanes.Count ? Lanes.All : (1u << threads) - 1);
        }
    }

    /// <summary>Runs one warp for a while; a fault where none can run.</summary>
    public void Step()
    {
        var warp = NextWarp() ?? throw Stuck();
        int ran = warp.Run(_random is null ? Quantum : _random.Next(1, 200));
        if (Changed) Launch.Advance();
        Changed = false;
        int progress = Launch.Progress;
        if (progress != _progressSeen)
        {
            _progressSeen = progress;
            _idle = 0;
        }
        else if ((_idle += ran) > Absurd) throw warp.NoProgress(_idle);
    }

    Warp? NextWarp()
    {
        if (_random is not null) _next = _random.Next(_warps.Length);
        for (int k = 0; k < _warps.Length; k++)
        {
            var warp = _warps[_next];
            _next = _next + 1 == _warps.Length ? 0 : _next + 1;
            if (warp.IsRunnable) return warp;
        }
        return null;
    }

    public void Arrive(Warp warp, Instruction* i, uint lanes) => _barriers.Arrive(warp, i, lanes);

    public void LanesExited(uint lanes)
    {
        AliveThreads -= BitOperations.PopCount(lanes);
        Launch.Advance();
        _barriers.LanesExited();
    }

    EmulatorFault Stuck()
    {
        foreach (var warp in _warps)
            if (warp.DescribeConvergeWait() is { } fault) return fault;
        return _barriers.DescribeStuck();
    }

    public EmulatorFault Fault(Warp warp, int pc, int lane, FaultKind kind, string what)
    {
        var (line, text) = Code.Source[pc];
        var thread = Launch.BlockSize.Place(warp.Index * Lanes.Count + lane);
        return new EmulatorFault(kind, $"Kernel {Code.Name}, block {Place}, thread {thread}, line {line}, {text}: {what}.");
    }

    void WriteConstants(byte* registers)
    {
        for (int k = 0; k < Code.Constants.Length; k++)
        {
            var slot = Code.Constants[k];
            ulong bits = Launch.Constants[k];
            if (slot.LaneBytes == 8) new Span<ulong>(registers + slot.Offset, Lanes.Count).Fill(bits);
            else if (slot.LaneBytes == 4) new Span<uint>(registers + slot.Offset, Lanes.Count).Fill((uint)bits);
            else *(uint*)(registers + slot.Offset) = bits != 0 ? Lanes.All : 0;
        }
    }

    void WriteThreadIds(Warp warp)
    {
        foreach (var slot in Code.Specials)
        {
            var lanes = new Span<uint>(warp.R + slot.Offset, Lanes.Count);
            for (int lane = 0; lane < Lanes.Count; lane++)
            {
                var thread = Launch.BlockSize.Place(warp.Index * Lanes.Count + lane);
                uint bit = 1u << lane;
                lanes[lane] = slot.Name switch
                {
                    "%tid.x" => (uint)thread.X,
                    "%tid.y" => (uint)thread.Y,
                    "%tid.z" => (uint)thread.Z,
                    "%ntid.x" => (uint)Launch.BlockSize.X,
                    "%ntid.y" => (uint)Launch.BlockSize.Y,
                    "%ntid.z" => (uint)Launch.BlockSize.Z,
                    "%nctaid.x" => (uint)Launch.Grid.X,
                    "%nctaid.y" => (uint)Launch.Grid.Y,
                    "%nctaid.z" => (uint)Launch.Grid.Z,
                    "%laneid" => (uint)lane,
                    "%warpid" => (uint)warp.Index,
                    "%nwarpid" => 64,
                    "%nsmid" => (uint)Launch.Multiprocessors,
                    "%lanemask_eq" => bit,
                    "%lanemask_lt" => bit - 1,
                    "%lanemask_le" => bit | (bit - 1),
                    "%lanemask_gt" => ~(bit | (bit - 1)),
                    "%lanemask_ge" => ~(bit - 1),
                    "%dynamic_smem_size" => (uint)Launch.DynamicSharedBytes,
                    "%total_smem_size" => (uint)(Launch.DynamicSharedBytes + Code.SharedBytes),
                    _ => 0,
                };
            }
        }
    }

    void WriteBlockIds(byte* registers)
    {
        foreach (var slot in Code.Specials)
        {
            int value = slot.Name switch
            {
                "%ctaid.x" => Place.X,
                "%ctaid.y" => Place.Y,
                "%ctaid.z" => Place.Z,
                "%smid" => (Place.X + Place.Y + Place.Z) % Launch.Multiprocessors,
                _ => -1,
            };
            if (value >= 0) new Span<int>(registers + slot.Offset, Lanes.Count).Fill(value);
        }
    }
}
