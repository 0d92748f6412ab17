using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ssgan.Benchmarks.Peers;

/// <summary>
/// A child process's loop: a command a line on standard input, an answer a line on standard output. Between commands
/// the process sleeps.
/// <code>
/// versions                    names and versions, as JSON
/// check                       ok
/// variants ITEM               the ways of doing it
/// prepare ITEM VARIANT        ok; its inputs are made and it has run once
/// warm VARIANT SECONDS        seconds of the quickest of the runs that fill this time, at least three
/// time VARIANT COUNT          seconds of one run, the mean over COUNT in a row
/// drop                        ok; all inputs are gone
/// memory                      KiB resident now, and at the peak
/// </code>
/// Anything that goes wrong is answered by "error" and a sentence. The loop ends with the input.
/// </summary>
sealed class Worker(ISide side)
{
    readonly Dictionary<string, Action> _runs = [];

    public void Loop(TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line)
        {
            string answer;
            try
            {
                answer = Answer(line.Split(' '));
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or ExternalException)
            {
                answer = $"error {e.Message.ReplaceLineEndings(" ")}";
            }
            output.WriteLine(answer);
            output.Flush();
        }
    }

    string Answer(string[] words) => words switch
    {
        ["versions"] => JsonSerializer.Serialize(side.Versions),
        ["check"] => side.Check() is { } wrong ? $"error {wrong}" : "ok",
        ["variants", var item] => string.Join(' ', side.Variants(Find(item))),
        ["prepare", var item, var variant] => Prepare(Find(item), variant),
        ["warm", var variant, var seconds] => Text(Warm(_runs[variant], double.Parse(seconds, CultureInfo.InvariantCulture))),
        ["time", var variant, var count] => Text(Time(_runs[variant], int.Parse(count, CultureInfo.InvariantCulture))),
        ["drop"] => Drop(),
        ["memory"] => $"{Proc.Kib("VmRSS")} {Proc.Kib("VmHWM")}",
        _ => $"error \"{string.Join(' ', words)}\" is no command",
    };

    static Item Find(string name) =>
        Item.All.FirstOrDefault(i => i.Name == name) ?? throw new ArgumentException($"there is no item {name}");

    string Prepare(Item item, string variant)
    {
        var run = side.Prepare(item, variant);
        run();
        _runs[variant] = run;
        return "ok";
    }

    string Drop()
    {
        _runs.Clear();
        side.Drop();
        GC.Collect();
        return "ok";
    }

    static double Warm(Action run, double seconds)
    {
        double quickest = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
            quickest = Math.Min(quickest, Time(run, 1));
        return quickest;
    }

    static double Time(Action run, int count)
    {
        // What is timed many times in a row is meant warm; the other side's work has emptied the caches.
        if (count > 1) run();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
    }

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
