using System.Diagnostics;
using System.Globalization;

namespace Ssgan.Endurance;

/// <summary>
/// Kills a run at moments that a seed chooses, evenly over all that it does, and compares what it has after it was resumed
/// with a run that nothing disturbed.
/// </summary>
sealed class Kills(string work, int count, int seed, TextWriter output)
{
    const int Steps = 12, Images = 48, Side = 160;

    /// <summary>Whether the run is of narrow networks on drawn images, and takes no scores.</summary>
    public bool IsShort { get; init; }

    Trial New(string folder, string images) => new(folder, IsShort ? null : images, Steps) { More = IsShort ? Trial.Narrow : [] };

    /// <summary>Returns how many of the runs were lost or ended otherwise.</summary>
    public int Run()
    {
        string images = Pictures.Make(Path.Combine(work, "images"), Images, Side);
        var whole = New(Path.Combine(work, "whole"), images);
        var clock = Stopwatch.StartNew();
        var left = whole.Go();
        var length = clock.Elapsed;
        if (left.Code != 0) throw new InvalidOperationException($"The run that nothing disturbs fails: {left.Errors}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"undisturbed: {Steps} steps of preset tiny, {length.TotalSeconds:0.0} s"));
        var random = new Random(seed);
        double[] moments = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
        var places = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int wrong = 0;
        for (int i = 0; i < count; i++)
        {
            string folder = Path.Combine(work, $"kill-{i:D3}");
            var trial = New(folder, images);
            var killed = trial.Go(length * moments[i]);
            string place = Place(killed.Last);
            places[place] = places.GetValueOrDefault(place) + 1;
            string? difference = Resume(trial) ?? trial.Difference(whole);
            if (difference is not null)
            {
                wrong++;
                string after = (length * moments[i]).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
                output.WriteLine($"WRONG {i}: killed after {after} s, behind \"{killed.Last}\": {difference}");
            }
            // One that is wrong stays, to be looked at.
            else Directory.Delete(folder, recursive: true);
        }
        foreach (var (place, times) in places) output.WriteLine($"  {times,3} behind {place}");
        output.WriteLine($"{count} killed, {count - wrong} as if never killed, {wrong} otherwise");
        return wrong;
    }

    static string? Resume(Trial trial)
    {
        var end = trial.Go();
        return end.Code == 0 ? null : $"cannot go on: {end.Errors}";
    }

    /// <summary>The kind of line that was printed last: what a run was at when it was killed follows it.</summary>
    static string Place(string line)
    {
        string[] words = line.Split(' ', 3);
        return words[0] switch
        {
            "" => "its start",
            "data" => $"\"data {(words[1] is "hash" or "pack" or "verify" ? words[1] : "...")}\"",
            "wrote" => $"\"wrote {words[1]}\"",
            "step" or "scores" => $"\"{words[0]}\"",
            var word when word.StartsWith("step=", StringComparison.Ordinal) => "\"step=...\"",
            "Done:" or "Next:" => "its end",
            _ => "the sentences before training",
        };
    }
}
