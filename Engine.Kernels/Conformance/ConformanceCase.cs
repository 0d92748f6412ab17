namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>
/// One row of the conformance table: inputs, a call of a primitive, and what comes out. The body runs unchanged on every backend.
/// </summary>
/// <param name="Stem">The stem of the primitive's files: Cpu/{Stem}.cs, Cuda/{Stem}.cs.</param>
/// <param name="Name">What this row adds: operation, shapes, storage.</param>
/// <param name="Body">Declares inputs, calls the backend, states expectations.</param>
public sealed record ConformanceCase(string Stem, string Name, Action<CaseRun> Body)
{
    /// <summary>Seed of the inputs.</summary>
    public int Seed { get; init; } = 1;

    public override string ToString() => $"{Stem}: {Name}";

    /// <summary>Runs the body on a backend against naive loops in double precision.</summary>
    /// <returns>Null, or the sentence that names the first element that is wrong.</returns>
    public string? AgainstNaive(Backend backend)
    {
        using var run = new CaseRun(backend, Seed, naive: true, fill: true);
        Body(run);
        return run.FirstMisfit ?? run.Finish();
    }

    /// <summary>Runs the body on an oracle and on a subject, and compares all results.</summary>
    /// <param name="oracle">The CPU.</param>
    /// <param name="subject">The backend under test.</param>
    /// <param name="fill">Whether outputs start as NaN; false where the device itself finds reads of what nothing wrote.</param>
    /// <returns>Null, or the sentence that names the first element that differs.</returns>
    public string? Against(Backend oracle, Backend subject, bool fill = true)
    {
        using var expected = new CaseRun(oracle, Seed, naive: false, fill: true);
        using var actual = new CaseRun(subject, Seed, naive: false, fill);
        Body(expected);
        Body(actual);
        for (int i = 0; i < expected.Results.Count; i++)
        {
            var (name, values, tolerance) = expected.Results[i];
            if (tolerance.Misfit(name, actual.Results[i].Values, values) is { } misfit) return misfit;
        }
        return expected.Finish() ?? actual.Finish();
    }
}
