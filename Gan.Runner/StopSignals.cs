using System.Runtime.InteropServices;

namespace Ssgan.Runner;

/// <summary>Ctrl-C and SIGTERM: the first asks the program to finish its step and save, the second ends it at once.</summary>
sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    public CancellationToken Token => _stop.Token;

    void OnSignal(PosixSignalContext context)
    {
        // Not cancelled, the second signal has the system's own effect: the process ends.
        if (_stop.IsCancellationRequested)
        {
            // A live panel hides the cursor.
            if (!Console.IsOutputRedirected) Console.Out.Write("\e[?25h\n");
            Environment.Exit(ExitCode.Interrupted);
        }
        context.Cancel = true;
        _stop.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }
}
