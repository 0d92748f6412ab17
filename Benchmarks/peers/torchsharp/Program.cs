using System.Globalization;
using Ssgan.Benchmarks.Peers;

if (args is ["serve", var side, var count])
{
    int all = int.Parse(count, CultureInfo.InvariantCulture);
    var answers = Console.Out;
    // A library that prints must not answer in the worker's place.
    Console.SetOut(Console.Error);
    using ISide worker = side == "ours" ? new OurSide(all) : new TorchSide(all);
    new Worker(worker).Loop(Console.In, answers);
    return 0;
}

string[] only = [];
int threads = Environment.ProcessorCount, rounds = 9;
string? folder = null;
string names = string.Join(' ', Item.All.Select(static x => x.Name));
for (int i = 0; i < args.Length; i += 2)
{
    string value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--only": only = value.Split(','); break;
        case "--threads" when int.TryParse(value, out threads) && threads > 0: break;
        case "--rounds" when int.TryParse(value, out rounds) && rounds > 0: break;
        case "--out" when value.Length > 0: folder = value; break;
        default: return Fail($"usage: [--only NAME,...] [--rounds N] [--threads N] [--out FOLDER]; names: {names}", 2);
    }
}
if (only.FirstOrDefault(static n => Item.All.All(x => x.Name != n)) is { } unknown)
    return Fail($"There is no item {unknown}.", 2);
if (!OperatingSystem.IsLinux()) return Fail("Memory is read from /proc, so this runs on Linux only.", 2);

try
{
    using var comparison = new Comparison(threads, rounds, Console.Error.WriteLine);
    if (only.Length == 0) comparison.Check();
    var before = Proc.Ticks();
    Result[] results = [.. Item.All.Where(x => only.Length == 0 || only.Contains(x.Name)).Select(comparison.Measure)];
    var after = Proc.Ticks();
    double stolen = after.Stolen - before.Stolen, busy = after.Busy - before.Busy,
        percent = 100 * stolen / Math.Max(1, stolen + busy);
    var report = new Report(results, threads, rounds, comparison.OurVersions, comparison.PeerVersions, percent, DateTime.UtcNow);
    Console.Write(report.Markdown());
    if (folder is not null)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "comparison.md"), report.Markdown());
        File.WriteAllText(Path.Combine(folder, "comparison.json"), report.Json());
    }
    return 0;
}
catch (PeerException e)
{
    return Fail(e.Message, 1);
}

static int Fail(string message, int code)
{
    Console.Error.WriteLine(message);
    return code;
}
