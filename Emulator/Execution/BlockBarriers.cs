using System.Numerics;

namespace Ssgan.Emulator;

/// <summary>What bar.red makes of the predicates of all that arrive.</summary>
enum BarrierReduction
{
    None,
    PopCount,
    And,
    Or,

    /// <summary>bar.arrive: it counts and goes on.</summary>
    Arrive,
}

/// <summary>
/// The sixteen barriers of a block. A barrier without a count is complete when every thread that has not exited has arrived; D is
/// the result of a reduction and C its predicate, A the barrier's number, B its count of threads (or -1).
/// </summary>
sealed unsafe class BlockBarriers(Block block)
{
    readonly record struct Arrival(Warp Warp, int Pc, uint Lanes);

    readonly List<Arrival>[] _arrivals = [.. Enumerable.Range(0, 16).Select(_ => new List<Arrival>())];
    int _waiting;

    public void Start()
    {
        _waiting = 0;
        foreach (var list in _arrivals) list.Clear();
    }

    public void Arrive(Warp warp, Instruction* i, uint lanes)
    {
        int lane = BitOperations.TrailingZeroCount(lanes);
        uint number = ((uint*)(warp.R + i->A))[lane];
        if (number >= 16) throw warp.Fault(i, lane, FaultKind.DivergentBarrier, $"there is no barrier {number}");
        var arrivals = _arrivals[number];
        arrivals.Add(new Arrival(warp, (int)(i - block.Code.First), lanes));
        _waiting++;
        if ((BarrierReduction)i->Extra == BarrierReduction.Arrive) warp.Release(lanes);
        TryComplete(arrivals);
    }

    public void LanesExited()
    {
        if (_waiting == 0) return;
        foreach (var arrivals in _arrivals)
            if (arrivals.Count > 0) TryComplete(arrivals);
    }

    void TryComplete(List<Arrival> arrivals)
    {
        var first = arrivals[0];
        int expected = block.AliveThreads, arrived = 0;
        foreach (var a in arrivals)
        {
            arrived += BitOperations.PopCount(a.Lanes);
            var at = block.Code.First + a.Pc;
            if (at->B >= 0) expected = (int)((uint*)(a.Warp.R + at->B))[BitOperations.TrailingZeroCount(a.Lanes)];
        }
        if (arrived < expected) return;
        if (arrived > expected)
            throw first.Warp.Fault(block.Code.First + first.Pc, BitOperations.TrailingZeroCount(first.Lanes),
                FaultKind.DivergentBarrier, $"{arrived} threads arrived at a barrier for {expected}");
        CheckAligned(arrivals);
        Reduce(arrivals);
        uint warps = 0;
        foreach (var a in arrivals) warps |= 1u << a.Warp.Index;
        block.Shadow.SyncBlock(warps);
        var released = arrivals.ToArray();
        arrivals.Clear();
        _waiting -= released.Length;
        foreach (var a in released)
            if ((BarrierReduction)block.Code.First[a.Pc].Extra != BarrierReduction.Arrive) a.Warp.Release(a.Lanes);
        block.Launch.Advance();
    }

    /// <summary>
    /// bar.sync is for whole warps: lanes of one that arrive at different barriers are a bug that only some cards let pass.
    /// </summary>
    void CheckAligned(List<Arrival> arrivals)
    {
        foreach (var a in arrivals)
        {
            var at = block.Code.First + a.Pc;
            if (at->Immediate == 0) continue;
            foreach (var b in arrivals)
            {
                if (a.Warp != b.Warp || a.Pc == b.Pc) continue;
                throw a.Warp.Fault(at, BitOperations.TrailingZeroCount(a.Lanes), FaultKind.DivergentBarrier,
                    $"lane {BitOperations.TrailingZeroCount(b.Lanes)} of the same warp waits at line "
                    + $"{block.Code.Source[b.Pc].Line} instead");
            }
        }
    }

    void Reduce(List<Arrival> arrivals)
    {
        if ((BarrierReduction)block.Code.First[arrivals[0].Pc].Extra is BarrierReduction.None or BarrierReduction.Arrive) return;
        int count = 0, threads = 0;
        foreach (var a in arrivals)
        {
            var at = block.Code.First + a.Pc;
            uint predicate = *(uint*)(a.Warp.R + at->C) ^ (uint)at->Target;
            count += BitOperations.PopCount(predicate & a.Lanes);
            threads += BitOperations.PopCount(a.Lanes);
        }
        foreach (var a in arrivals)
        {
            var at = block.Code.First + a.Pc;
            a.Warp.SetExec(a.Lanes);
            switch ((BarrierReduction)at->Extra)
            {
                case BarrierReduction.PopCount:
                    for (uint left = a.Lanes; left != 0; left &= left - 1)
                        ((int*)(a.Warp.R + at->D))[BitOperations.TrailingZeroCount(left)] = count;
                    break;
                case BarrierReduction.And:
                    Lanes.SetPredicate(a.Warp, at->D, count == threads ? Lanes.All : 0);
                    break;
                default:
                    Lanes.SetPredicate(a.Warp, at->D, count > 0 ? Lanes.All : 0);
                    break;
            }
        }
    }

    /// <summary>No warp can run: the fault of the first thread that waits at a barrier.</summary>
    public EmulatorFault DescribeStuck()
    {
        int arrived = _arrivals.Sum(list => list.Sum(a => BitOperations.PopCount(a.Lanes)));
        var first = _arrivals.First(list => list.Count > 0)[0];
        var at = block.Code.First + first.Pc;
        return first.Warp.Fault(at, BitOperations.TrailingZeroCount(first.Lanes), FaultKind.DivergentBarrier,
            $"{_arrivals.First(list => list.Count > 0).Sum(a => BitOperations.PopCount(a.Lanes))} threads wait at the barrier, "
            + $"{arrived} of the block's {block.AliveThreads} at any, and no other can reach it");
    }
}
