using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Ssgan.Benchmarks.Results;

namespace Ssgan.Benchmarks.Running;

/// <summary>A column of BenchmarkDotNet's tables that shows what the result files hold.</summary>
sealed class CaseColumn : IColumn
{
    readonly Func<ResultItem, string> _value;

    CaseColumn(string name, string legend, int place, Func<ResultItem, string> value)
    {
        (ColumnName, Legend, PriorityInCategory, _value) = (name, legend, place, value);
    }

    /// <summary>All of them.</summary>
    public static IColumn[] All { get; } =
    [
        new CaseColumn("Suite", "Kind of work, for --filter", 0, static i => i.Suite),
        new CaseColumn("Name", "Operation, precision and shape", 1, static i => i.Name),
        new CaseColumn("Device", "What it ran on", 2, static i => i.Device),
        new CaseColumn("Precision", "How it computed", 3, static i => i.Precision),
        new CaseColumn("Median", "Time of one call", 4, static i => Spelling.Time(i.MedianNs)),
        new CaseColumn("±", "Standard error of the mean", 5, static i => Spelling.Time(i.ErrorNs)),
        new CaseColumn("Rate", "Operations of the plain algorithm, or bytes that must move, over the median", 6, Spelling.Rate),
        new CaseColumn("Of ceiling", "Least time by this device's own rates, measured in this run, over the median", 7,
            Spelling.Share),
        new CaseColumn("Against", "The rate that the least time follows from", 8, static i => i.Against ?? ""),
        new CaseColumn("Allocated", "Managed memory of one call, in bytes", 9, static i => i.AllocatedBytes?.ToString() ?? ""),
    ];

    public string Id => $"{nameof(CaseColumn)}.{ColumnName}";

    public string ColumnName { get; }

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory { get; }

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend { get; }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => Value(summary[benchmarkCase], benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    public override string ToString() => ColumnName;

    string Value(BenchmarkReport? report, BenchmarkCase benchmark) =>
        report is not null && BenchRun.Result(report) is { } result ? _value(result)
        : PriorityInCategory == 1 ? CaseBenchmark.ItemOf(benchmark).Workload.Name : "";
}
