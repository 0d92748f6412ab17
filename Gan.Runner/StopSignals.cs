using System.Runtime.InteropServices;

namespace Ssgan.Runner;

/// <summary>Ctrl-C, SIGTERM and a closed terminal: the first asks the program to finish its step and save, the second ends it at once.</summary>
sealed partial class StopSignals : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup),
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

    void OnHangup(PosixSignalContext context)
    {
        // What is printed from here on would fail, and with it the saving.
        if (!OperatingSystem.IsWindows())
        {
            using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
            int descriptor = (int)nowhere.DangerousGetHandle();
            foreach (int output in (int[])[1, 2]) _ = Duplicate(descriptor, output);
        }
        OnSignal(context);
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int onto);

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }
}
