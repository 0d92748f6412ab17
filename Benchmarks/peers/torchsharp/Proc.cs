using System.Globalization;

namespace Ssgan.Benchmarks.Peers;

/// <summary>What Linux tells under /proc.</summary>
static class Proc
{
    /// <summary>A field of this process's memory, such as VmHWM: the peak of its resident set.</summary>
    public static long Kib(string field) =>
        long.Parse(Field("/proc/self/status", field).Split(' ')[0], CultureInfo.InvariantCulture);

    public static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            ?? "unknown";

    /// <summary>Ticks that the processors were busy, and ticks that a virtual machine's host withheld from them.</summary>
    public static (long Busy, long Stolen) Ticks()
    {
        long[] t = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Select(long.Parse)];
        return (t[0] + t[1] + t[2] + t[5] + t[6], t[7]);
    }
}
