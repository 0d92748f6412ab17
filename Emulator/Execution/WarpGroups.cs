namespace Ssgan.Emulator;

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

// Which lanes run, and which stand where.
sealed unsafe partial class Warp
{
    // The group that runs, and the others.
    readonly LaneGroup[] _others = new LaneGroup[Lanes.Count];
    int _otherCount;
    int _pc;
    uint _lanes;

    // The smallest place of a ready group among the others: the group that runs must look up when it gets there.
    int _meet;

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
    /// At the start of a quantum another ready group may run, wherever it stands: lanes that spin behind must not keep the lane
    /// that they wait for from going on.
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
}
