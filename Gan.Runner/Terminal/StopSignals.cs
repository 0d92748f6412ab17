using System.Runtime.InteropServices;

namespace Ssgan.Runner.Terminal;

/// <summary>
/// Ctrl-C, SIGTERM and a closed terminal ask the program to finish its step and save. A second Ctrl-C or SIGTERM ends it at once;
/// hang-ups never do, because closing one terminal sends several: its shell and the system each send theirs. On Linux SIGUSR1
/// asks as well: schedulers send it some time before a job's end (sbatch --signal=USR1@120), and mpirun passes it on.
/// </summary>
sealed class StopSignals
{
    const PosixSignal LinuxSigusr1 = (PosixSignal)10;

    readonly PosixSignalRegistration[] _registrations;
    readonly Action _stop;
    int _requests;

    public StopSignals()
    {
        // Nothing here is disposed: a signal may come while the program leaves.
        var stop = new CancellationTokenSource();
        (_stop, Token) = (stop.Cancel, stop.Token);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnRequest),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnRequest),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup),
            .. OperatingSystem.IsLinux() ? [PosixSignalRegistration.Create(LinuxSigusr1, OnNotice)]
                : Array.Empty<PosixSignalRegistration>(),
        ];
    }

    public CancellationToken Token { get; }

    void OnRequest(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _requests) > 1)
        {
            // A live panel hides the cursor.
            if (!Console.IsOutputRedirected) Console.Out.Write("\e[?25h\n");
            Environment.Exit(ExitCode.Interrupted);
        }
        _stop();
    }

    /// <summary>However often it comes, there is time left.</summary>
    void OnNotice(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop();
    }

    void OnHangup(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop();
        // Windows ends the process when this returns.
        if (OperatingSystem.IsWindows()) Thread.Sleep(Timeout.Infinite);
    }
}
