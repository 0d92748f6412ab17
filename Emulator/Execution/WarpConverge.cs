using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

// Where lanes of a warp wait for one another.
sealed unsafe partial class Warp
{
    /// <summary>
    /// A shuffle, vote, reduction, mma or matrix load: it runs when all lanes of its mask stand at it. Lanes with different masks
    /// at the same instruction are different gatherings.
    /// </summary>
    void Converge(Instruction* i, uint exec)
    {
        uint* masks = (uint*)(R + i->Mask);
        if (exec == Lanes.All && IsFull(masks))
        {
            SetExec(exec);
            i->Run(this, i);
            _pc++;
            return;
        }
        int at = _pc;
        uint passed = _lanes & ~exec;
        while (exec != 0)
        {
            int lane = BitOperations.TrailingZeroCount(exec);
            uint mask = masks[lane], same = SameMask(exec, masks, mask), arrived = same;
            CheckNamed(i, same, mask);
            exec &= ~same;
            for (int k = 0; k < _otherCount; k++)
                if (Gathers(_others[k], at, masks, mask)) arrived |= _others[k].Lanes;
            if (arrived != mask)
            {
                CheckMissing(i, lane, mask, mask & ~arrived);
                _others[_otherCount++] = new LaneGroup { Pc = at, Lanes = same, State = GroupState.AtConverge };
                continue;
            }
            for (int k = _otherCount - 1; k >= 0; k--)
                if (Gathers(_others[k], at, masks, mask)) Remove(k);
            SetExec(mask);
            i->Run(this, i);
            passed |= mask;
        }
        _lanes = passed;
        _pc = at + 1;
        if (passed == 0) PickSmallest();
    }

    /// <summary>The usual case: all 32 lanes, each with a mask that names them all.</summary>
    static bool IsFull(uint* masks) =>
        (Vector256.Load(masks) & Vector256.Load(masks + 8) & Vector256.Load(masks + 16) & Vector256.Load(masks + 24))
            == Vector256<uint>.AllBitsSet;

    static bool Gathers(in LaneGroup group, int at, uint* masks, uint mask) =>
        group.State == GroupState.AtConverge && group.Pc == at && masks[BitOperations.TrailingZeroCount(group.Lanes)] == mask;

    /// <summary>bar.warp.sync: the lanes of its mask may stand at different barriers.</summary>
    void WarpBarrier(Instruction* i, uint exec)
    {
        uint* masks = (uint*)(R + i->Mask);
        if (exec == Lanes.All && IsFull(masks))
        {
            Block.Shadow.SyncWarp(Index);
            _pc++;
            return;
        }
        int lane = BitOperations.TrailingZeroCount(exec);
        uint mask = masks[lane];
        if (SameMask(exec, masks, mask) != exec)
            throw Fault(i, lane, FaultKind.MissingLanes, "lanes of one group wait with different masks");
        CheckNamed(i, exec, mask);
        uint arrived = exec;
        for (int k = 0; k < _otherCount; k++) arrived |= WaitsWith(_others[k], mask) ? _others[k].Lanes : 0;
        if ((mask & ~arrived) != 0)
        {
            CheckMissing(i, lane, mask, mask & ~arrived);
            Park(exec, GroupState.AtConverge);
            return;
        }
        for (int k = _otherCount - 1; k >= 0; k--)
        {
            if (!WaitsWith(_others[k], mask)) continue;
            var group = _others[k];
            Remove(k);
            Add(new LaneGroup { Pc = group.Pc + 1, Lanes = group.Lanes });
        }
        _pc++;
        Block.Shadow.SyncWarp(Index);
        PickSmallest();
    }

    bool WaitsWith(in LaneGroup group, uint mask)
    {
        if (group.State != GroupState.AtConverge) return false;
        var at = Block.Code.First + group.Pc;
        return at->Flow == Flow.WarpBarrier && ((uint*)(R + at->Mask))[BitOperations.TrailingZeroCount(group.Lanes)] == mask;
    }

    static uint SameMask(uint lanes, uint* masks, uint mask)
    {
        uint same = 0;
        for (uint left = lanes; left != 0; left &= left - 1)
            if (masks[BitOperations.TrailingZeroCount(left)] == mask) same |= left & (0 - left);
        return same;
    }

    void CheckNamed(Instruction* i, uint lanes, uint mask)
    {
        uint outside = lanes & ~mask;
        if (outside == 0) return;
        int lane = BitOperations.TrailingZeroCount(outside);
        throw Fault(i, lane, FaultKind.MissingLanes,
            $"lane {lane} executes it, but its mask 0x{mask:x8} does not name that lane");
    }

    void CheckMissing(Instruction* i, int lane, uint mask, uint missing)
    {
        uint gone = missing & ~Alive;
        if (gone == 0) return;
        int first = BitOperations.TrailingZeroCount(gone);
        string why = (Born >> first & 1) == 0 ? "does not exist in this block" : "has exited";
        throw Fault(i, lane, FaultKind.MissingLanes, $"its mask 0x{mask:x8} names lane {first}, which {why}");
    }

    void CheckArrivals(ref LaneGroup group)
    {
        var i = Block.Code.First + group.Pc;
        int lane = BitOperations.TrailingZeroCount(group.Lanes);
        uint mask = ((uint*)(R + i->Mask))[lane];
        CheckMissing(i, lane, mask, mask);
    }

    /// <summary>
    /// The fault of lanes that wait for lanes which wait elsewhere; null where no lane waits at a warp instruction.
    /// </summary>
    public EmulatorFault? DescribeConvergeWait()
    {
        for (int k = 0; k < _otherCount; k++)
        {
            if (_others[k].State != GroupState.AtConverge) continue;
            var i = Block.Code.First + _others[k].Pc;
            int lane = BitOperations.TrailingZeroCount(_others[k].Lanes);
            uint mask = ((uint*)(R + i->Mask))[lane], missing = mask & ~_others[k].Lanes;
            int absent = BitOperations.TrailingZeroCount(missing);
            return Fault(i, lane, FaultKind.MissingLanes,
                $"its mask 0x{mask:x8} names lane {absent}, which waits at {Whereabouts(absent)}");
        }
        return null;
    }

    string Whereabouts(int lane)
    {
        for (int k = 0; k < _otherCount; k++)
            if ((_others[k].Lanes >> lane & 1) != 0)
                return $"line {Block.Code.Source[_others[k].Pc].Line}, {Block.Code.Source[_others[k].Pc].Text}";
        return "an instruction of its own";
    }
}
