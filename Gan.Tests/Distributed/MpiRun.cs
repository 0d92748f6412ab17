using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ssgan.Tests.Distributed;

/// <summary>Ranks that a real mpirun starts, and what they printed. Nothing outlives its time.</summary>
sealed partial class MpiRun : IDisposable
{
    /// <summary>Which mpirun.</summary>
    public enum Kind
    {
        OpenMpi, Mpich,
    }

    const int Seconds = 90;
    readonly Process _process;
    readonly StringBuilder _printed = new();

    /// <summary>Starts ranks of RankProbe.</summary>
    public MpiRun(Kind kind, int ranks, string what, string? library = null, double wait = 20)
        : this(kind, ["-n", $"{ranks}", .. Of("RankProbe.dll"), .. what.Split(' ')], library, wait)
    {
    }

    /// <summary>Starts ranks of the program; what stands after a colon, others with another command line.</summary>
    public static MpiRun Program(Kind kind, int ranks, params string[] args) =>
        new(kind, ["-n", $"{ranks}", .. Of("ssgan.dll"), .. args], null, 0);

    /// <summary>The same, and one more rank with a command line of its own.</summary>
    public static MpiRun Program(Kind kind, string[] args, string[] others) =>
        new(kind, ["-n", "1", .. Of("ssgan.dll"), .. args, ":", "-n", "1", .. Of("ssgan.dll"), .. others], null, 0);

    static string[] Of(string program) => ["dotnet", Path.Combine(AppContext.BaseDirectory, program)];

    /// <summary>Starts what mpirun is told; skips the test where there is no such mpirun.</summary>
    MpiRun(Kind kind, string[] command, string? library, double wait)
    {
        string program = kind == Kind.OpenMpi ? "mpirun.openmpi" : "mpirun.mpich";
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))))
            Assert.Ignore($"There is no {program} on this machine.");
        string[] options = kind == Kind.OpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
        var info = new ProcessStartInfo("timeout", ["-k", "1", $"{Seconds}", program, .. options, .. command])
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

    /// <summary>Waits until something was printed.</summary>
    public void Await(string text)
    {
        for (int i = 0; i < 20 * Seconds; i++)
        {
            if (Printed.Contains(text, StringComparison.Ordinal)) return;
            Assert.That(_process.HasExited, Is.False, Printed);
            Thread.Sleep(50);
        }
        throw new AssertionException($"\"{text}\" was not printed: {Printed}");
    }

    /// <summary>Sends mpirun a signal.</summary>
    public void Signal(string name) => Send(name, Children(_process.Id).Single());

    /// <summary>Sends a rank of the program a signal.</summary>
    public void Signal(string name, int rank) => Send(name, Processes().Single(p => IsRank(p, rank)));

    static void Send(string name, int pid)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{pid}"]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero, $"kill -{name} {pid}");
    }

    static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc").Select(static d => Path.GetFileName(d)!)
        .Where(static d => char.IsAsciiDigit(d[0])).Select(static d => int.Parse(d, CultureInfo.InvariantCulture));

    static IEnumerable<int> Children(int parent) =>
        Processes().Where(p => Text(p, "status").Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal));

    /// <summary>Whether a process is a rank of this run: mpirun is somewhere above it.</summary>
    bool IsRank(int pid, int rank)
    {
        string variables = '\0' + Text(pid, "environ");
        if (!variables.Contains($"\0OMPI_COMM_WORLD_RANK={rank}\0", StringComparison.Ordinal)
            && !variables.Contains($"\0PMI_RANK={rank}\0", StringComparison.Ordinal)) return false;
        for (int above = pid; above > 1; above = Parent(above)) if (above == _process.Id) return true;
        return false;
    }

    static int Parent(int pid) => Ppid().Match(Text(pid, "status")) is { Success: true } match
        ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    /// <summary>What the system says of a process; nothing of one that is gone.</summary>
    static string Text(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
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

    [GeneratedRegex(@"^PPid:\t(\d+)$", RegexOptions.Multiline)]
    private static partial Regex Ppid();

    [GeneratedRegex(@"rank (\d+) ([^\r\n]*)")]
    private static partial Regex Line();
}
