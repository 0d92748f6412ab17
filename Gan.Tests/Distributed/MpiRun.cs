using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ssgan.Tests.Distributed;

/// <summary>Ranks of RankProbe that a real mpirun starts, and what they printed. Nothing outlives its time.</summary>
sealed partial class MpiRun : IDisposable
{
    /// <summary>Which mpirun.</summary>
    public enum Kind
    {
        OpenMpi, Mpich,
    }

    const int Seconds = 40;
    readonly Process _process;
    readonly StringBuilder _printed = new();

    /// <summary>Starts ranks; skips the test where there is no such mpirun.</summary>
    public MpiRun(Kind kind, int ranks, string what, string? library = null, double wait = 20)
    {
        string program = kind == Kind.OpenMpi ? "mpirun.openmpi" : "mpirun.mpich";
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))))
            Assert.Ignore($"There is no {program} on this machine.");
        string[] options = kind == Kind.OpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
        var info = new ProcessStartInfo("timeout", ["-k", "1", $"{Seconds}", program, .. options, "-n", $"{ranks}", "dotnet",
            Path.Combine(AppContext.BaseDirectory, "RankProbe.dll"), .. what.Split(' ')])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Open MPI gives ranks a terminal, which the runtime would greet.
        info.Environment["TERM"] = "dumb";
        info.Environment["SSGAN_WAIT"] = wait.ToString(CultureInfo.InvariantCulture);
        if (library is not null) info.Environment["SSGAN_MPI"] = library;
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All that was printed so far.</summary>
    public string Printed
    {
        get
        {
            lock (_printed) return _printed.ToString();
        }
    }

    /// <summary>The code that mpirun ends with.</summary>
    public int End()
    {
        Assert.That(_process.WaitForExit(TimeSpan.FromSeconds(Seconds + 5)), Is.True, Printed);
        _process.WaitForExit();
        Assert.That(_process.ExitCode, Is.Not.EqualTo(124), "hung: " + Printed);
        return _process.ExitCode;
    }

    /// <summary>The process of a rank, once it has said that it is there.</summary>
    public int Pid(int rank)
    {
        for (int i = 0; i < 20 * Seconds; i++)
        {
            foreach (Match here in Here().Matches(Printed))
                if (here.Groups[1].Value == $"{rank}") return int.Parse(here.Groups[2].Value, CultureInfo.InvariantCulture);
            Thread.Sleep(50);
        }
        throw new AssertionException($"rank {rank} did not start: {Printed}");
    }

    /// <summary>What each rank said after a word, in order of rank.</summary>
    public string[] Said(string word) =>
        [.. Line().Matches(Printed).Where(line => line.Groups[2].Value.StartsWith(word, StringComparison.Ordinal))
            .OrderBy(static line => line.Groups[1].Value).Select(line => line.Groups[2].Value[word.Length..].Trim())];

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(true);
        _process.Dispose();
    }

    void Add(string? line)
    {
        lock (_printed) _printed.Append(line).Append('\n');
    }

    [GeneratedRegex(@"rank (\d+) is here: .* pid (\d+)")]
    private static partial Regex Here();

    [GeneratedRegex(@"rank (\d+) ([^\r\n]*)")]
    private static partial Regex Line();
}
