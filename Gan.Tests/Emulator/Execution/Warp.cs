using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Tests.Emulator;

enum GroupState
{
    Ready,

    /// <summary>At a shuffle, vote, mma or warp barrier that other lanes have yet to reach.</summary>
    AtConverge,
    AtBlockBarrier,
}

/// <summary>Lanes of a warp that stand at the same instruction.</summary>
struct LaneGroup
{
    public int Pc;
    public uint Lanes;
    public GroupState State;
}

/// <summary>
/// 32 threads. Lanes that stand at the same instruction run together; among groups of lanes the one that is furthest behind runs, so that
/// lanes meet again where their paths do. Every lane has its own place: nothing but the instructions that say so brings lanes together.
/// </summary>
sealed unsafe partial class Warp
{
    // The group that runs, and the others.
    readonly LaneGroup[] _others = new LaneGroup[Lanes.Count];
    int _otherCount;
    int _pc;
    uint _lanes;

    // The smallest place of a ready group among the others: the group that runs must look up when it gets there.
    int _meet;

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
            if (value >= table.Length) throw Fault(i, lane, FaultKind.Trap, $"it branches to entry {value} of a table of {table.Length}");
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

    void Add(LaneGroup group)
    {
        if (group.State == GroupState.Ready)
        {
            for (int k = 0; k < _otherCount; k++)
            {
                if (_others[k].State != GroupState.Ready || _others[k].Pc != group.Pc) continue;
                _others[k].Lanes |= group.Lanes;
                return;
            }
        }
        _others[_otherCount++] = group;
        if (group.State == GroupState.Ready) _meet = Math.Min(_meet, group.Pc);
    }

    void Remove(int k) => _others[k] = _others[--_otherCount];

    /// <summary>The group that runs has come to or past a ready one: they join, or the one behind goes on.</summary>
    void Meet()
    {
        for (int k = _otherCount - 1; k >= 0; k--)
        {
            if (_others[k].State != GroupState.Ready || _others[k].Pc != _pc) continue;
            _lanes |= _others[k].Lanes;
            Remove(k);
        }
        PickSmallest();
    }

    /// <summary>Lets the ready group that is furthest behind run; none where no group is ready.</summary>
    void PickSmallest()
    {
        int best = -1, smallest = _lanes != 0 ? _pc : int.MaxValue;
        for (int k = 0; k < _otherCount; k++)
        {
            if (_others[k].State != GroupState.Ready || _others[k].Pc > smallest) continue;
            if (_others[k].Pc == smallest && _lanes != 0 && best < 0)
            {
                _lanes |= _others[k].Lanes;
                Remove(k--);
                continue;
            }
            smallest = _others[k].Pc;
            best = k;
        }
        if (best >= 0) Swap(best);
        UpdateMeet();
    }

    void Swap(int k)
    {
        var group = _others[k];
        Remove(k);
        if (_lanes != 0) Add(new LaneGroup { Pc = _pc, Lanes = _lanes });
        (_pc, _lanes) = (group.Pc, group.Lanes);
    }

    void UpdateMeet()
    {
        _meet = int.MaxValue;
        for (int k = 0; k < _otherCount; k++)
            if (_others[k].State == GroupState.Ready) _meet = Math.Min(_meet, _others[k].Pc);
    }

    /// <summary>
    /// At the start of a quantum another ready group may run, wherever it stands: lanes that spin behind must not keep the lane that they
    /// wait for from going on.
    /// </summary>
    void Rotate()
    {
        for (int k = 0; k < _otherCount; k++)
        {
            if (_others[k].State != GroupState.Ready) continue;
            Swap(k);
            _meet = int.MaxValue;
            return;
        }
    }

    /// <summary>Takes lanes out of the group that runs; they stay at the instruction they are at.</summary>
    void Park(uint lanes, GroupState state)
    {
        _lanes &= ~lanes;
        _others[_otherCount++] = new LaneGroup { Pc = _pc, Lanes = lanes, State = state };
        if (_lanes != 0) _pc++;
        else PickSmallest();
    }

    /// <summary>Lets lanes that wait at a block's barrier go on behind it.</summary>
    public void Release(uint lanes)
    {
        for (int k = _otherCount - 1; k >= 0; k--)
        {
            if (_others[k].State != GroupState.AtBlockBarrier || (_others[k].Lanes & ~lanes) != 0) continue;
            var group = _others[k];
            Remove(k);
            Add(new LaneGroup { Pc = group.Pc + 1, Lanes = group.Lanes });
        }
        PickSmallest();
    }

    public EmulatorFault NoProgress(long instructions) => Fault(Block.Code.First + Math.Min(_pc, Block.Code.Count - 1),
        BitOperations.TrailingZeroCount(_lanes == 0 ? Alive : _lanes) & 31, FaultKind.NoProgress,
        $"{instructions} instructions of its block ran and nothing changed: it waits for what never comes");

    public EmulatorFault Fault(Instruction* i, int lane, FaultKind kind, string what) =>
        Block.Fault(this, (int)(i - Block.Code.First), lane, kind, what);
}
