using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

enum ShuffleMode
{
    Up,
    Down,
    Butterfly,
    Index,
}

/// <summary>
/// What a warp's lanes do together, once those that the mask names are together: the lanes that run are exactly
/// those of the mask.
/// </summary>
static unsafe class WarpOps
{
    /// <summary>D = A of the lane that B and C name; D2, where there is one, whether that lane is in range.</summary>
    [SkipLocalsInit]
    public static void Shuffle(Warp w, Instruction* i)
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B), c = (uint*)(w.R + i->C);
        uint* source = stackalloc uint[Lanes.Count];
        for (int k = 0; k < Lanes.Count; k += 8) Vector256.Load(a + k).Store(source + k);
        var mode = (ShuffleMode)i->Immediate;
        uint valid = 0, exec = w.Exec;
        for (uint lanes = exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes), by = (int)(b[lane] & 31), clamp = (int)(c[lane] & 31),
                segment = (int)(c[lane] >> 8 & 31);
            int last = lane & segment | clamp & ~segment, from;
            bool inRange;
            if (mode == ShuffleMode.Up)
            {
                from = lane - by;
                inRange = from >= last;
            }
            else
            {
                from = mode == ShuffleMode.Butterfly ? lane ^ by : mode == ShuffleMode.Down ? lane + by
                    : lane & segment | by & ~segment;
                inRange = from <= last;
            }
            if (inRange) valid |= 1u << lane;
            else from = lane;
            if ((exec >> from & 1) == 0)
                throw w.Fault(i, lane, FaultKind.MissingLanes, $"it reads lane {from}, which the mask 0x{exec:x8} does not name");
            d[lane] = source[from];
        }
        if (i->D2 >= 0) Lanes.SetPredicate(w, i->D2, valid);
    }

    /// <summary>
    /// Predicate A, flipped by Immediate's high word, of the mask's lanes: D is a mask for ballot, else a predicate.
    /// </summary>
    public static void Vote(Warp w, Instruction* i)
    {
        uint votes = (*(uint*)(w.R + i->A) ^ (uint)(i->Immediate >> 32)) & w.Exec;
        switch ((int)(i->Immediate & 0xFF))
        {
            case 0:
                for (uint left = w.Exec; left != 0; left &= left - 1)
                    ((uint*)(w.R + i->D))[BitOperations.TrailingZeroCount(left)] = votes;
                break;
            case 1:
                Lanes.SetPredicate(w, i->D, votes == w.Exec ? Lanes.All : 0);
                break;
            case 2:
                Lanes.SetPredicate(w, i->D, votes != 0 ? Lanes.All : 0);
                break;
            default:
                Lanes.SetPredicate(w, i->D, votes == w.Exec || votes == 0 ? Lanes.All : 0);
                break;
        }
    }

    public static void ActiveMask(Warp w, Instruction* i)
    {
        for (uint left = w.Exec; left != 0; left &= left - 1)
            ((uint*)(w.R + i->D))[BitOperations.TrailingZeroCount(left)] = w.Exec;
    }

    /// <summary>redux.sync: D2 is 1 for signed operands.</summary>
    public static void Reduce(Warp w, Instruction* i)
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A);
        bool signed = i->D2 == 1, first = true;
        uint result = 0;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            uint value = a[BitOperations.TrailingZeroCount(left)];
            result = first ? value : (AtomicOp)i->Immediate switch
            {
                AtomicOp.Add => result + value,
                AtomicOp.Minimum => signed ? (uint)Math.Min((int)result, (int)value) : Math.Min(result, value),
                AtomicOp.Maximum => signed ? (uint)Math.Max((int)result, (int)value) : Math.Max(result, value),
                AtomicOp.And => result & value,
                AtomicOp.Or => result | value,
                _ => result ^ value,
            };
            first = false;
        }
        for (uint left = w.Exec; left != 0; left &= left - 1) d[BitOperations.TrailingZeroCount(left)] = result;
    }

    /// <summary>match.any: the lanes of the mask that hold the same value.</summary>
    public static void Match<T>(Warp w, Instruction* i) where T : unmanaged, IEquatable<T>
    {
        uint* d = (uint*)(w.R + i->D);
        byte* a = w.R + i->A;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            uint same = 0;
            for (uint other = w.Exec; other != 0; other &= other - 1)
                if (Lanes.Get<T>(a, BitOperations.TrailingZeroCount(other)).Equals(Lanes.Get<T>(a, lane)))
                    same |= other & (0 - other);
            d[lane] = same;
        }
    }

    /// <summary>Clocks: a count that grows, of as many bits as the register has.</summary>
    public static void Clock<T>(Warp w, Instruction* i) where T : unmanaged, INumber<T>
    {
        var now = T.CreateTruncating(Stopwatch.GetTimestamp());
        for (uint left = w.Exec; left != 0; left &= left - 1) Lanes.Set(w.R + i->D, BitOperations.TrailingZeroCount(left), now);
    }

    /// <summary>A fence: the host's processor orders what it must.</summary>
    public static void Fence(Warp w, Instruction* i) => Interlocked.MemoryBarrier();
}
