using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;
using Ssgan.Benchmarks.Kit;
using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine.Kernels.Cuda.Native;
using Summary = BenchmarkDotNet.Reports.Summary;

namespace Ssgan.Benchmarks.Running;

/// <summary>
/// Runs the suites with BenchmarkDotNet in this process: so that the ceilings belong to the same run, and where there is no SDK.
/// </summary>
static class BenchRun
{
    /// <summary>Widths and batches of a dry run are divided by this.</summary>
    public const int DryDivisor = 64;

    /// <returns>0: all were timed. 1: some failed. 3: none of the devices asked for is here.</returns>
    /// <exception cref="KitException">No item fits.</exception>
    public static int Run(BenchOptions options, IReadOnlyList<string> args, ISymbolSource libraries, TextWriter output)
    {
        var notes = new List<string>();
        var targets = Target.Find(options, libraries, notes);
        foreach (string note in notes) output.WriteLine(note);
        if (targets.Count == 0) return KitProgram.NoGpu;
        var (began, clock) = (DateTime.UtcNow, Stopwatch.StartNew());
        var ceilings = new Dictionary<string, Ceilings>();
        var cases = new List<Case>();
        foreach (var target in targets)
        {
            var items = Items(options, target).ToList();
            if (items.Count > 0 && !options.IsList)
            {
                // A folder that cannot be made shows before minutes are spent.
                Directory.CreateDirectory(options.Out);
                ceilings[target.Name] = Measure(target, options.IsDry, output);
            }
            foreach (var (suite, workload) in items)
                cases.Add(new Case(cases.Count, suite, workload, target, ceilings.GetValueOrDefault(target.Name), options.IsDry));
        }
        if (cases.Count == 0) throw new KitException("No item fits the filters and the precisions; --list names them all.");
        if (options.IsList)
        {
            foreach (var item in cases) output.WriteLine(item);
            return KitProgram.Done;
        }

        var summary = Time(cases, options, output);
        // BenchmarkDotNet makes a folder for exporters, of which there are none here.
        string empty = Path.Combine(options.Out, "results");
        if (Directory.Exists(empty) && !Directory.EnumerateFileSystemEntries(empty).Any()) Directory.Delete(empty);
        var failures = summary.Reports.Where(static r => Result(r) is null)
            .Select(static r => CaseBenchmark.ItemOf(r.BenchmarkCase))
            .Select(static c => $"{c} was left out: {c.Failure ?? "BenchmarkDotNet gave no times, and log.txt says why."}")
            .ToList();
        foreach (string failure in failures) output.WriteLine(failure);
        var results = new ResultFile
        {
            Format = ResultFile.CurrentFormat, Date = began, Command = string.Join(' ', args),
            Version = About.Release, BenchmarkDotNet = About.VersionOf(typeof(Job)),
            Machine = targets[^1].Machine, Seconds = clock.Elapsed.TotalSeconds, Ceilings = ceilings,
            Notes = [.. notes, .. failures], Items = [.. summary.Reports.Select(Result).OfType<ResultItem>()],
        };
        results.Save(Path.Combine(options.Out, "results.json"));
        WriteMarkdown(summary, results, Path.Combine(options.Out, "results.md"));
        MarkdownExporter.Console.ExportToLog(summary, new TextLogger(output));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{results.Items.Count} of {cases.Count} items were timed in {results.Seconds:0} s; the results "
            + $"are in {options.Out}."));
        return results.Items.Count == cases.Count ? KitProgram.Done : KitProgram.Failed;
    }

    /// <summary>A benchmark's result, or null where it has none.</summary>
    public static ResultItem? Result(BenchmarkReport report) =>
        report.ResultStatistics is { } times && report.Success
            && CaseBenchmark.ItemOf(report.BenchmarkCase) is { Failure: null } item
            ? item.Result(times) : null;

    static IEnumerable<(string Suite, Workload Workload)> Items(BenchOptions options, Target target) =>
        from suite in Suite.All
        from precision in target.Precisions
        from workload in suite.Items(new Variant(target.IsCard, precision, options.IsDry ? DryDivisor : 1))
        where (workload.IsShort || !options.IsShort) && options.Accepts(suite.Name, workload.Name)
        select (suite.Name, workload);

    static Ceilings Measure(Target target, bool isDry, TextWriter output)
    {
        using var device = target.Open("f32");
        var ceilings = Ceilings.Of(device.Backend, isDry ? DryDivisor : 1);
        output.WriteLine($"{target.Name}: {ceilings.Describe()}");
        return ceilings;
    }

    static Summary Time(List<Case> cases, BenchOptions options, TextWriter output)
    {
        using var log = new StreamLogger(Path.Combine(options.Out, "log.txt"));
        var config = ManualConfig.CreateEmpty().AddLogger(log).AddColumn(CaseColumn.All)
            .AddEventProcessor(new Progress(cases.Count, output))
            .WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Declared, MethodOrderPolicy.Declared))
            .WithArtifactsPath(options.Out)
            .WithOptions(ConfigOptions.DisableLogFile);
        return BenchmarkRunner.Run([CaseBenchmark.Of(cases, JobOf(options), config.AddJob(JobOf(options)))]).Single();
    }

    static Job JobOf(BenchOptions options)
    {
        var job = new Job().WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(10), logOutput: true))
            .WithUnrollFactor(1).WithMinInvokeCount(1).WithEvaluateOverhead(false).WithGcForce(false);
        if (options.IsDry) return job.WithWarmupCount(0).WithIterationCount(1).WithInvocationCount(1).WithId("Dry");
        return options.IsShort
            ? job.WithWarmupCount(1).WithIterationCount(7).WithIterationTime(TimeInterval.FromMilliseconds(100)).WithId("Short")
            : job.WithWarmupCount(2).WithIterationCount(15).WithIterationTime(TimeInterval.FromMilliseconds(250)).WithId("Full");
    }

    static void WriteMarkdown(Summary summary, ResultFile results, string file)
    {
        using var writer = new StreamWriter(file);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# Benchmarks, {results.Date:yyyy-MM-dd HH:mm} UTC\n"));
        writer.WriteLine($"Ssgan {results.Version}, BenchmarkDotNet {results.BenchmarkDotNet}, {results.Machine.Describe()}.");
        foreach (var (device, ceilings) in results.Ceilings) writer.WriteLine($"{device}: {ceilings.Describe()}.");
        foreach (string note in results.Notes) writer.WriteLine(note);
        writer.WriteLine($"Command: `{results.Command}`.");
        MarkdownExporter.GitHub.ExportToLog(summary, new TextLogger(writer));
    }

    /// <summary>A line for each item as it is done: BenchmarkDotNet's own words go to the log.</summary>
    sealed class Progress(int count, TextWriter output) : EventProcessor
    {
        int _done;

        public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
        {
            string time = Result(report) is { } r
                ? $"{Spelling.Time(r.MedianNs),10}  {Spelling.Rate(r),13}  {Spelling.Share(r),5}" : "failed";
            output.WriteLine($"{++_done,4}/{count} {CaseBenchmark.ItemOf(benchmarkCase),-68} {time}");
        }
    }
}
