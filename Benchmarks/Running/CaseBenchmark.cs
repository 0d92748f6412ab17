using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Ssgan.Benchmarks.Running;

/// <summary>
/// What BenchmarkDotNet sees: one benchmark whose parameter is a case. Cases are made from the networks' shapes and the options,
/// which attributes could not be given.
/// </summary>
public class CaseBenchmark
{
    static readonly MethodInfo s_run = typeof(CaseBenchmark).GetMethod(nameof(Run))!,
        s_prepare = typeof(CaseBenchmark).GetMethod(nameof(Prepare))!,
        s_release = typeof(CaseBenchmark).GetMethod(nameof(Release))!;

    Case? _item;

    /// <summary>A <see cref="Case"/>.</summary>
    public object? Item { get; set; }

    public void Prepare()
    {
        _item = (Case)Item!;
        _item.Prepare();
    }

    public void Run() => _item!.Run();

    public void Release()
    {
        _item!.CountAllocations();
        _item.Dispose();
    }

    /// <summary>The cases as one run.</summary>
    internal static BenchmarkRunInfo Of(IReadOnlyList<Case> cases, Job job, IConfig config)
    {
        var fixedConfig = ImmutableConfigBuilder.Create(config);
        var parameter = new ParameterDefinition(nameof(Item), false, [], false, typeof(object), 0);
        return new([.. cases.Select(Benchmark)], typeof(CaseBenchmark), fixedConfig);

        BenchmarkCase Benchmark(Case item)
        {
            var descriptor = new Descriptor(typeof(CaseBenchmark), s_run, s_prepare, s_release, operationsPerInvoke: item.Calls);
            var value = new ParameterInstance(parameter, item, SummaryStyle.Default);
            return BenchmarkCase.Create(descriptor, job, new ParameterInstances([value]), fixedConfig);
        }
    }

    /// <summary>The case of a benchmark that <see cref="Of"/> made.</summary>
    internal static Case ItemOf(BenchmarkCase benchmark) => (Case)benchmark.Parameters[nameof(Item)]!;
}
