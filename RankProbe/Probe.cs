using System.Diagnostics;
using System.Runtime.InteropServices;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Kernels;

namespace Ssgan.RankProbe;

/// <summary>What ranks do together in tests.</summary>
static class Probe
{
    public static void Run(ICommunicator ranks, string what, int number)
    {
        switch (what)
        {
            case "collectives": Collectives(ranks); break;
            case "sums": Sums(ranks); break;
            case "bench": Bench(ranks); break;
            case "share": Say(ranks, $"has {CpuShare.Threads(ranks)} threads"); break;
            case "null": Null(ranks); break;
            case "sleep": Thread.Sleep(ranks.Rank == number ? 60_000 : 0); ranks.Barrier(); break;
            case "spin": while (true) { ranks.Barrier(); Thread.Sleep(1); }
            case "late": Late(ranks, number); break;
            case "astray": Astray(ranks); break;
            case "die": Die(ranks, number); break;
            case "signals": Signals(ranks); break;
            case "abort": if (ranks.Rank == number) ranks.Abort(5); ranks.Barrier(); break;
            case "alone": if (ranks.Rank != number) ranks.Barrier(); break;
            default: throw new ArgumentException($"There is no {what}.", nameof(what));
        }
    }

    public static void Say(ICommunicator ranks, string text) => Console.WriteLine($"rank {ranks.Rank} {text}");

    static void Collectives(ICommunicator ranks)
    {
        foreach (int length in (int[])[0, 1, 7, 4096, 4_200_001])
        {
            byte[] data = new byte[length];
            for (int root = 0; root < ranks.Size; root++)
            {
                for (int i = 0; i < length; i++) data[i] = (byte)(ranks.Rank == root ? i * 7 + root : 0);
                ranks.Broadcast(data, root);
                for (int i = 0; i < length; i++)
                {
                    if (data[i] != (byte)(i * 7 + root))
                        throw new CommunicatorException($"a broadcast of {length} is wrong at {i}");
                }
            }
            byte[] all = new byte[length * ranks.Size];
            for (int i = 0; i < length; i++) data[i] = (byte)(i * 5 + ranks.Rank);
            ranks.AllGather(data, all);
            for (int i = 0; i < all.Length; i++)
            {
                byte expected = (byte)(i % length * 5 + i / length);
                if (all[i] != expected) throw new CommunicatorException($"gather of {length} is wrong at {i}");
            }
            ranks.Barrier();
        }
        Say(ranks, "gathered");
    }

    /// <summary>Numbers whose sum depends on the order, and the same again.</summary>
    static void Sums(ICommunicator ranks)
    {
        using var device = Device.Cpu(1);
        ulong first = 0;
        for (int round = 0; round < 2; round++)
        {
            ulong hash = 14695981039346656037;
            foreach (int count in (int[])[0, 1, 2, 3, 5, 1000, 4095, 4096, 4097, 262_147, 600_001])
            {
                using var scope = device.Scope();
                float[] mine = Numbers(count, ranks.Rank), other = Numbers(count + 5, ranks.Rank);
                Tensor x = device.From(mine, new Shape(count)), y = device.From(other, new Shape(count + 5));
                ranks.BeginSum(x);
                ranks.BeginSum(y);
                ranks.FinishSums();
                hash = Check(ranks, x, hash);
                hash = Check(ranks, y, hash);
            }
            if (round == 0) first = hash;
            else if (first != hash) throw new CommunicatorException("the second sums differ");
        }
        Say(ranks, $"summed to {first:x16}");
    }

    static float[] Numbers(int count, int rank)
    {
        var random = new Random(count * 31 + rank);
        var numbers = new float[count];
        for (int i = 0; i < count; i++) numbers[i] = (random.NextSingle() - 0.5f) * (1 << random.Next(20));
        return numbers;
    }

    /// <summary>In order of rank.</summary>
    static ulong Check(ICommunicator ranks, Tensor x, ulong hash)
    {
        float[] sum = x.ToArray<float>(), expected = Numbers(sum.Length, 0);
        for (int rank = 1; rank < ranks.Size; rank++)
        {
            float[] other = Numbers(sum.Length, rank);
            for (int i = 0; i < other.Length; i++) expected[i] += other[i];
        }
        for (int i = 0; i < sum.Length; i++)
        {
            if (sum[i] != expected[i])
                throw new CommunicatorException($"a sum of {sum.Length} is {sum[i]} at {i}, not {expected[i]}");
            hash = (hash ^ BitConverter.SingleToUInt32Bits(sum[i])) * 1099511628211;
        }
        return hash;
    }

    static void Bench(ICommunicator ranks)
    {
        using var device = Device.Cpu(1);
        foreach (int count in (int[])[1024, 1 << 20, 4_456_448])
        {
            using var scope = device.Scope();
            var x = device.Zeros(new Shape(count));
            var times = new double[count < 10_000 ? 400 : 40];
            for (int i = -3; i < times.Length; i++)
            {
                ranks.Barrier();
                long start = Stopwatch.GetTimestamp();
                ranks.BeginSum(x);
                ranks.FinishSums();
                if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
            Array.Sort(times);
            if (ranks.Rank == 0)
                Say(ranks, $"sums {count * 4} bytes in {times[0]:F1} us at best, {times[times.Length / 2]:F1} us in the middle");
        }
    }

    /// <summary>The runtime makes exceptions of signals that Open MPI handles as well.</summary>
    static void Null(ICommunicator ranks)
    {
        string? nothing = Environment.GetEnvironmentVariable("SSGAN_NOTHING");
        try
        {
            Say(ranks, nothing!.Length.ToString());
        }
        catch (NullReferenceException e)
        {
            Say(ranks, "caught " + e.GetType().Name);
        }
    }

    static void Late(ICommunicator ranks, int number)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Zeros(new Shape(100_000));
        ranks.BeginSum(x);
        ranks.FinishSums();
        if (ranks.Rank == number) Thread.Sleep(1500);
        ranks.BeginSum(x);
        ranks.FinishSums();
    }

    static void Astray(ICommunicator ranks)
    {
        if (ranks.Rank == 1) ranks.Broadcast(new byte[1], 0);
        ranks.Barrier();
    }

    static void Die(ICommunicator ranks, int number)
    {
        ranks.Barrier();
        if (ranks.Rank == number) Process.GetCurrentProcess().Kill();
        ranks.Barrier();
    }

    /// <summary>What a launcher's signals are, and how long a rank lives on that does not end by them.</summary>
    static void Signals(ICommunicator ranks)
    {
        string file = Environment.GetEnvironmentVariable("SSGAN_SIGNALS") + ranks.Rank;
        long start = Stopwatch.GetTimestamp();
        var writing = new Lock();
        void Note(string text)
        {
            lock (writing) File.AppendAllText(file, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} {text}\n");
        }
        void Got(PosixSignalContext context)
        {
            Note(context.Signal.ToString());
            context.Cancel = true;
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Got);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Got);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Got);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Got);
        Note("begins");
        for (int i = 0; i < 80; i++)
        {
            Thread.Sleep(500);
            Note("lives");
        }
    }
}
