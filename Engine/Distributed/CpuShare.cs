using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// How many threads a rank may compute with beside the others of its machine. Launchers bind ranks to cores, or they do not, and
/// containers have less time than cores: the sets of processors that the system lets each rank use say which.
/// </summary>
public static class CpuShare
{
    /// <summary>Processors beyond so many are not counted.</summary>
    const int MaskBytes = 256, HostBytes = 8, CountBytes = 4, BlockBytes = HostBytes + CountBytes + MaskBytes;

    /// <summary>This rank's threads, at least one. All ranks call it together.</summary>
    /// <param name="ranks">The ranks.</param>
    public static int Threads(ICommunicator ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        byte[] mine = new byte[BlockBytes], all = new byte[BlockBytes * ranks.Size];
        BinaryPrimitives.WriteUInt64LittleEndian(mine, Hash(Environment.MachineName));
        BinaryPrimitives.WriteInt32LittleEndian(mine.AsSpan(HostBytes), Environment.ProcessorCount);
        Allowed(mine.AsSpan(HostBytes + CountBytes));
        ranks.AllGather(mine, all);
        return Threads(all, ranks.Rank);
    }

    /// <summary>A rank's threads, of what all said of themselves.</summary>
    static int Threads(ReadOnlySpan<byte> all, int rank)
    {
        var mine = all.Slice(rank * BlockBytes, BlockBytes);
        var mask = mine[(HostBytes + CountBytes)..];
        var users = new int[MaskBytes * 8];
        int local = 0;
        for (int at = 0; at < all.Length; at += BlockBytes)
        {
            var other = all.Slice(at, BlockBytes);
            if (!other[..HostBytes].SequenceEqual(mine[..HostBytes])) continue;
            bool shares = false;
            for (int cpu = 0; cpu < users.Length; cpu++)
            {
                if (!Has(other[(HostBytes + CountBytes)..], cpu)) continue;
                users[cpu]++;
                shares |= Has(mask, cpu);
            }
            if (shares) local++;
        }
        return Threads(mask, users, BinaryPrimitives.ReadInt32LittleEndian(mine[HostBytes..]), local);
    }

    /// <summary>A rank's threads.</summary>
    /// <param name="mask">The processors it may use.</param>
    /// <param name="users">How many ranks of the machine may use each.</param>
    /// <param name="counted">Processors that the runtime counts for it: fewer where a container limits its time.</param>
    /// <param name="sharing">Ranks that have a processor in common with it, itself too.</param>
    internal static int Threads(ReadOnlySpan<byte> mask, ReadOnlySpan<int> users, int counted, int sharing)
    {
        double share = 0;
        int allowed = 0;
        for (int cpu = 0; cpu < users.Length; cpu++)
        {
            if (!Has(mask, cpu)) continue;
            allowed++;
            share += 1.0 / users[cpu];
        }
        // Thirds do not add up to ones.
        int threads = (int)(share + 1e-6);
        if (allowed == 0) threads = counted;
        if (counted < allowed) threads = Math.Min(threads, counted / Math.Max(1, sharing));
        return Math.Max(1, threads);
    }

    static bool Has(ReadOnlySpan<byte> mask, int cpu) => (mask[cpu >> 3] >> (cpu & 7) & 1) != 0;

    /// <summary>The processors that the system lets this process use; all where it does not say.</summary>
    static void Allowed(Span<byte> mask)
    {
        if (OperatingSystem.IsLinux())
        {
            const string name = "Cpus_allowed_list:";
            foreach (string line in File.ReadLines("/proc/self/status"))
            {
                if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
                Parse(line.AsSpan(name.Length), mask);
                return;
            }
        }
        Set(mask, 0, Environment.ProcessorCount - 1);
    }

    /// <summary>Sets a bit for each processor of a list such as "0-3,8,10-11".</summary>
    internal static void Parse(ReadOnlySpan<char> list, Span<byte> mask)
    {
        foreach (var part in list.Split(','))
        {
            var range = list[part].Trim();
            int dash = range.IndexOf('-');
            int first = Number(dash < 0 ? range : range[..dash]), last = dash < 0 ? first : Number(range[(dash + 1)..]);
            Set(mask, first, last);
        }
    }

    static void Set(Span<byte> mask, int first, int last)
    {
        for (int cpu = first; cpu <= last && cpu < mask.Length * 8; cpu++) mask[cpu >> 3] |= (byte)(1 << (cpu & 7));
    }

    static int Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new CommunicatorException($"The system's list of processors has \"{text}\" where a number should be.");

    /// <summary>FNV-1a, for names of machines.</summary>
    static ulong Hash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
