using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Doctor;

/// <summary>"doctor --full": every case of the conformance table, a line each and a total.</summary>
static class ConformanceReport
{
    /// <summary>Runs all cases: a card against the CPU, or, without one, the CPU against plain loops.</summary>
    /// <param name="cpu">The oracle.</param>
    /// <param name="card">The backend under test, or null.</param>
    /// <param name="cases">The table.</param>
    /// <param name="output">Where lines go.</param>
    /// <param name="stop">Ends it between two cases.</param>
    /// <returns>The exit code: 1 on any failure.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static int Run(Backend cpu, Backend? card, IReadOnlyList<ConformanceCase> cases, TextWriter output,
        CancellationToken stop = default)
    {
        int failed = 0, run = 0;
        bool lost = false;
        for (; run < cases.Count && !lost; run++)
        {
            stop.ThrowIfCancellationRequested();
            var row = cases[run];
            (string? misfit, lost) = Check(row, cpu, card);
            output.WriteLine(misfit is null ? $"ok    {row}" : $"FAIL  {row}: {misfit}");
            if (misfit is null) continue;
            output.Flush();
            failed++;
        }
        string what = card is null ? $"{cpu.Name} against plain loops" : $"{card.Name} against {cpu.Name}";
        output.WriteLine($"{cases.Count} cases, {what}: {run - failed} passed, {failed} "
            + $"failed{(run < cases.Count ? $", {cases.Count - run} not run" : "")}.");
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>What is wrong, or null; and whether the card is lost, so that any further case would fail too.</summary>
    static (string? Misfit, bool Lost) Check(ConformanceCase row, Backend cpu, Backend? card)
    {
        try
        {
            return (card is null ? row.AgainstNaive(cpu) : row.Against(cpu, card), false);
        }
        catch (Exception e)
        {
            // Whatever breaks is this case's result; the others still run.
            return ($"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" "), e is DeviceLostException);
        }
    }
}
