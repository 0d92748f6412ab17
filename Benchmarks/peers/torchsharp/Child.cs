using System.Diagnostics;
using System.Globalization;

namespace Ssgan.Benchmarks.Peers;

/// <summary>This program again, as one side's worker.</summary>
sealed class Child : IDisposable
{
    readonly Process _process;
    readonly string _side;

    public Child(string side, int threads)
    {
        _side = side;
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            ["serve", side, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Unpinned, libgomp's spinning threads now and then end up on one core of a small virtual machine and stay there
        // for seconds: an operation of 0.1 ms then takes 32. So they are pinned, one to a core, unless the caller's
        // environment says otherwise.
        start.Environment.TryAdd("OMP_PROC_BIND", "true");
        _process = Process.Start(start)!;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="PeerException">The side answered with an error, or ended.</exception>
    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new PeerException($"{_side}: the process ended at \"{command}\".");
        return answer.StartsWith("error ", StringComparison.Ordinal)
            ? throw new PeerException($"{_side}, {command}: {answer[6..]}") : answer;
    }

    public double Seconds(string command) => double.Parse(Ask(command), CultureInfo.InvariantCulture);

    /// <summary>MiB resident now, and at the peak.</summary>
    public (double Now, double Peak) Memory()
    {
        double[] kib = [.. Ask("memory").Split(' ').Select(static s => double.Parse(s, CultureInfo.InvariantCulture))];
        return (kib[0] / 1024, kib[1] / 1024);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>A comparison that cannot go on; the message is one sentence for the user.</summary>
sealed class PeerException(string message) : Exception(message);
