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

    /// <summary>Whether an emulated device would take minutes: a processor's blocks and slices begin at such sizes.</summary>
    public bool IsLarge { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Stem}: {Name}";

    /// <summary>Runs the body on a backend against naive loops in double precision.</summary>
    /// <returns>Null, or the sentence that names the first element that is wrong.</returns>
    public string? AgainstNaive(Backend backend)
    {
        using var run = new CaseRun(backend, Seed, naive: true, fill: true);
        Body(run);
        return run.FirstMisfit ?? run.Finish();
    }

    /// <summary>Runs the body on two backends whose results are to be equal to the bit, as of any number of threads.</summary>
    /// <returns>Null, or the sentence that names the first element that differs.</returns>
    public string? SameBits(Backend one, Backend other)
    {
        using var first = new CaseRun(one, Seed, naive: false, fill: true);
        using var second = new CaseRun(other, Seed, naive: false, fill: true);
        Body(first);
        Body(second);
        for (int i = 0; i < first.Results.Count; i++)
        {
            var (name, values, _) = first.Results[i];
            double[] others = second.Results[i].Values;
            for (int k = 0; k < values.Length; k++)
            {
                bool same = BitConverter.DoubleToInt64Bits(values[k]) == BitConverter.DoubleToInt64Bits(others[k])
                    || double.IsNaN(values[k]) && double.IsNaN(others[k]);
                if (!same) return $"{name}[{k}] of {values.Length} is {values[k]:R} and {others[k]:R}";
            }
        }
        return first.Finish() ?? second.Finish();
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
