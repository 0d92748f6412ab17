using System.Globalization;
using System.IO.Enumeration;
using Ssgan.Benchmarks.Kit;

namespace Ssgan.Benchmarks.Running;

/// <summary>What a run of the benchmarks is asked for.</summary>
sealed record BenchOptions
{
    public const string Usage = """
        Times Ssgan's kernels, training steps, start, checkpoints and data loading.

          --filter PATTERN ...   items whose "Suite.name" fits one of them: '*Rotation*' 'Gemm.*1024*'
          --short                a part of everything, in under five minutes on two cores
          --device cpu,cuda      on what (default: the CPU, and a GPU where there is one)
          --precision f32,bf16   in what (default: whatever the device has)
          --threads N            threads of the CPU (default: one for each logical processor)
          --out FOLDER           where results.json, results.md and log.txt go (default: benchmark-results)
          --list                 names the items and times none
          --dry                  runs each item once, small: proves that it runs

          compare A.json B.json [--least PERCENT]   two result files side by side; exit code 1 where something became slower.
                                                    A1.json,A2.json stands for several runs of a side

        Parts of the GPU kit (docs/gpu-kit.md): machine, start, parity, captured, kernels, convolutions, iteration, record,
        summary.
        """;

    static readonly string[] s_devices = ["cpu", "cuda"], s_precisions = ["f32", "tf32", "bf16"];

    /// <summary>Patterns with * and ?, of which one must fit; none: everything.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    public bool IsShort { get; init; }

    public bool IsDry { get; init; }

    public bool IsList { get; init; }

    public IReadOnlyList<string> Devices { get; init; } = s_devices;

    public IReadOnlyList<string> Precisions { get; init; } = s_precisions;

    /// <summary>0: one for each logical processor.</summary>
    public int Threads { get; init; }

    public string Out { get; init; } = "benchmark-results";

    /// <summary>Reads a command line.</summary>
    /// <exception cref="KitException">It is not understood; the message says what.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> args)
    {
        var options = new BenchOptions();
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            var values = args.Skip(i + 1).TakeWhile(static a => !a.StartsWith("--", StringComparison.Ordinal)).ToList();
            i += values.Count;
            options = name switch
            {
                "--filter" => options with { Filters = [.. options.Filters, .. AtLeastOne(name, values)] },
                "--short" => options with { IsShort = None(name, values) },
                "--dry" => options with { IsDry = None(name, values) },
                "--list" => options with { IsList = None(name, values) },
                "--device" => options with { Devices = Among(name, values, s_devices) },
                "--precision" => options with { Precisions = Among(name, values, s_precisions) },
                "--threads" => options with { Threads = Number(name, values) },
                "--out" => options with { Out = One(name, values) },
                _ => throw new KitException($"There is no option {name}; --help names those there are."),
            };
        }
        return options;
    }

    /// <summary>Whether an item is asked for by name.</summary>
    public bool Accepts(string suite, string name) =>
        Filters.Count == 0 || Filters.Any(f => FileSystemName.MatchesSimpleExpression(f, $"{suite}.{name}", ignoreCase: true));

    static bool None(string name, List<string> values) =>
        values.Count == 0 ? true : throw new KitException($"{name} takes no value, and \"{values[0]}\" follows it.");

    static List<string> AtLeastOne(string name, List<string> values) =>
        values.Count > 0 ? values : throw new KitException($"{name} has no value.");

    static string One(string name, List<string> values) =>
        AtLeastOne(name, values).Count == 1 ? values[0] : throw new KitException($"{name} takes one value, not {values.Count}.");

    static int Number(string name, List<string> values) =>
        int.TryParse(One(name, values), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new KitException($"{name} takes a whole number, not \"{values[0]}\".");

    static string[] Among(string name, List<string> values, string[] known)
    {
        string[] given = One(name, values).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (given.FirstOrDefault(g => !known.Contains(g)) is { } other)
            throw new KitException($"{name} takes {string.Join(", ", known)}, not \"{other}\".");
        return given.Length > 0 ? given : throw new KitException($"{name} has no value.");
    }
}
