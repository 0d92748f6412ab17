using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Trace = SharpFuzz.Common.Trace;

namespace Ssgan.Fuzzing;

/// <summary>
/// Gives a reader changed inputs and keeps those that take branches which none before took. The assemblies have SharpFuzz's marks
/// for that; without them nothing is kept, and inputs are changes of the corpus alone.
/// </summary>
sealed unsafe class Campaign : IDisposable
{
    const int Marks = 1 << 16;
    static readonly TimeSpan s_hang = TimeSpan.FromSeconds(1);

    readonly byte* _marks = (byte*)NativeMemory.AllocZeroed(Marks);
    readonly byte[] _seen = new byte[Marks];
    readonly Target _target;
    readonly string _folder, _found;
    readonly List<byte[]> _kept = [];

    public Campaign(Target target, string folder, string found)
    {
        (_target, _folder, _found) = (target, folder, found);
        Trace.SharedMem = _marks;
    }

    /// <summary>Inputs that ended in another exception than the reader's own, or took more than a second.</summary>
    public int Faults { get; private set; }

    /// <summary>Runs until a number of inputs or a time is over; says how many there were.</summary>
    public long Run(IEnumerable<byte[]> corpus, long count, TimeSpan time, int seed, TextWriter output)
    {
        var random = new Random(seed);
        long done = 0, taken = 0, most = 0;
        var slowest = TimeSpan.Zero;
        foreach (byte[] bytes in corpus) Execute(bytes, keep: true);
        var clock = Stopwatch.StartNew();
        while (done < count && clock.Elapsed < time && Faults < 20)
            Execute(Mutation.Of(_kept[random.Next(_kept.Count)], _kept[random.Next(_kept.Count)], random), keep: false);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {_target.Name} | {done:N0} | {taken:N0} | {_kept.Count:N0} | {_seen.Count(static b => b > 0):N0} | {Faults} | "
            + $"{slowest.TotalMilliseconds:N0} | {most / 1024.0:N0} | {Peak()} |"));
        return done;

        void Execute(byte[] bytes, bool keep)
        {
            NativeMemory.Clear(_marks, Marks);
            Trace.PrevLocation = 0;
            long before = GC.GetAllocatedBytesForCurrentThread(), began = Stopwatch.GetTimestamp();
            try
            {
                if (_target.Try(bytes, _folder)) taken++;
            }
            catch (Exception e)
            {
                Keep(bytes, e.ToString(), output);
            }
            var took = Stopwatch.GetElapsedTime(began);
            // A machine that was busy with something else is no hang: the same input again is quick.
            if (took > s_hang) took = Again(bytes);
            if (took > s_hang) Keep(bytes, $"took {took}", output);
            if (took > slowest) slowest = took;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            done++;
            if (IsNew() || keep) _kept.Add(bytes);
        }
    }

    TimeSpan Again(byte[] bytes)
    {
        long began = Stopwatch.GetTimestamp();
        _target.Try(bytes, _folder);
        return Stopwatch.GetElapsedTime(began);
    }

    static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    // A branch that was taken about twice as often as before is new as well.
    bool IsNew()
    {
        bool isNew = false;
        var marks = new ReadOnlySpan<byte>(_marks, Marks);
        for (int i = marks.IndexOfAnyExcept((byte)0); i >= 0;)
        {
            byte bit = (byte)(1 << int.Log2(marks[i]));
            isNew |= (_seen[i] & bit) == 0;
            _seen[i] |= bit;
            int next = marks[(i + 1)..].IndexOfAnyExcept((byte)0);
            i = next < 0 ? -1 : i + 1 + next;
        }
        return isNew;
    }

    void Keep(byte[] bytes, string why, TextWriter output)
    {
        Faults++;
        Directory.CreateDirectory(_found);
        string name = $"{_target.Name}-{Convert.ToHexStringLower(Engine.Kernels.Sha256.HashData(bytes))[..12]}";
        File.WriteAllBytes(Path.Combine(_found, name), bytes);
        File.WriteAllText(Path.Combine(_found, name + ".txt"), why);
        output.WriteLine($"FAULT {name}: {string.Join(' ', why.Split('\n').Take(3))}");
    }

    public void Dispose()
    {
        // Marks may still be made: into memory of the library's own.
        Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Marks);
        NativeMemory.Free(_marks);
    }
}
