using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>
/// 32 threads. Lanes that stand at the same instruction run together; among groups of lanes the one that is furthest behind
/// runs, so that lanes meet again where their paths do. Every lane has its own place: nothing but the instructions that say so
/// brings lanes together.
/// </summary>
sealed unsafe partial class Warp
{
    public Warp(Block block, int index, byte* memory, byte* local)
    {
        Block = block;
        Index = index;
        Mask64 = (ulong*)memory;
        Mask32 = (uint*)(memory + 256);
        Scratch = (ulong*)(memory + 384);
        R = memory + HeaderBytes;
        Local = local;
    }

    /// <summary>Bytes before the registers: masks and a scratch array of 32 addresses, and room for a second.</summary>
    public const int HeaderBytes = 384 + 512;

    public Block Block { get; }

    public int Index { get; }

    /// <summary>The register block.</summary>
    public byte* R { get; }

    /// <summary>The local memory of each lane in turn, then a shadow byte for each byte of it.</summary>
    public byte* Local { get; }

    /// <summary>The lanes the current instruction runs for, as bits and as all-ones words.</summary>
    public uint Exec { get; private set; }

    public uint* Mask32 { get; }

    public ulong* Mask64 { get; }

    public ulong* Scratch { get; }

    /// <summary>Lanes that exist and have not exited.</summary>
    public uint Alive { get; private set; }

    /// <summary>Lanes that existed when the block started.</summary>
    public uint Born { get; private set; }

    public bool IsRunnable => _lanes != 0;

    public void Start(uint lanes)
    {
        Born = Alive = _lanes = lanes;
        _pc = 0;
        _otherCount = 0;
        _meet = int.MaxValue;
        SetExec(lanes);
        int bytes = Lanes.Count * Block.Code.LocalBytes;
        new Span<byte>(Local + bytes, bytes).Clear();
        StartCopies();
    }

    public void SetExec(uint lanes)
    {
        if (lanes == Exec) return;
        Exec = lanes;
        var bits = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        for (int k = 0; k < Lanes.Count; k += 8)
        {
            var mask = Vector256.Equals(Vector256.Create(lanes >> k) & bits, bits);
            mask.Store(Mask32 + k);
            var (low, high) = Vector256.Widen(mask.AsInt32());
            low.AsUInt64().Store(Mask64 + k);
            high.AsUInt64().Store(Mask64 + k + 4);
        }
    }

    /// <summary>Runs up to a number of instructions, or until no lane can go on; returns how many ran.</summary>
    public int Run(int quantum)
    {
        var code = Block.Code.First;
        byte* registers = R;
        if (_otherCount > 0) Rotate();
        int left = quantum;
        while (left > 0 && _lanes != 0)
        {
            if (_pc >= _meet) Meet();
            var i = code + _pc;
            left--;
            uint exec = _lanes;
            if (i->Guard >= 0) exec &= *(uint*)(registers + i->Guard) ^ i->GuardFlip;
            if (i->Flow == Flow.Next)
            {
                if (exec != 0)
                {
                    SetExec(exec);
                    i->Run(this, i);
                }
                _pc++;
            }
            else if (i->Flow == Flow.Branch) Branch(exec, i->Target);
            else if (exec == 0) _pc++;
            else Step(i, exec);
        }
        return quantum - left;
    }

    void Step(Instruction* i, uint exec)
    {
        switch (i->Flow)
        {
            case Flow.Exit:
                Exit(exec);
                break;
            case Flow.IndirectBranch:
                BranchIndirect(i, exec);
                break;
            case Flow.Converge:
                Converge(i, exec);
                break;
            case Flow.WarpBarrier:
                WarpBarrier(i, exec);
                break;
            case Flow.BlockBarrier:
                SetExec(exec);
                Park(exec, GroupState.AtBlockBarrier);
                Block.Arrive(this, i, exec);
                break;
            case Flow.Trap:
                throw Fault(i, BitOperations.TrailingZeroCount(exec), FaultKind.Trap, "the kernel trapped");
        }
    }

    void Branch(uint taken, int target)
    {
        uint rest = _lanes & ~taken;
        if (rest == 0)
        {
            _pc = target;
            return;
        }
        _pc++;
        if (taken == 0) return;
        Add(new LaneGroup { Pc = target, Lanes = taken });
        _lanes = rest;
        PickSmallest();
    }

    void BranchIndirect(Instruction* i, uint exec)
    {
        int[] table = Block.Code.Tables[i->Extra];
        uint* index = (uint*)(R + i->A);
        uint rest = _lanes & ~exec;
        for (uint left = exec; left != 0;)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            uint value = index[lane], same = 0;
            if (value >= table.Length)
                throw Fault(i, lane, FaultKind.Trap, $"it branches to entry {value} of a table of {table.Length}");
            for (uint l = left; l != 0; l &= l - 1)
                if (index[BitOperations.TrailingZeroCount(l)] == value) same |= l & (0 - l);
            left &= ~same;
            Add(new LaneGroup { Pc = table[value], Lanes = same });
        }
        _lanes = rest;
        _pc++;
        PickSmallest();
    }

    void Exit(uint exec)
    {
        Alive &= ~exec;
        _lanes &= ~exec;
        _pc++;
        if (_lanes == 0) PickSmallest();
        for (int k = 0; k < _otherCount; k++)
            if (_others[k].State == GroupState.AtConverge) CheckArrivals(ref _others[k]);
        Block.LanesExited(exec);
    }

    public EmulatorFault NoProgress(long instructions) => Fault(Block.Code.First + Math.Min(_pc, Block.Code.Count - 1),
        BitOperations.TrailingZeroCount(_lanes == 0 ? Alive : _lanes) & 31, FaultKind.NoProgress,
        $"{instructions} instructions of its block ran and nothing changed: it waits for what never comes");

    public EmulatorFault Fault(Instruction* i, int lane, FaultKind kind, string what) =>
        Block.Fault(this, (int)(i - Block.Code.First), lane, kind, what);
}
