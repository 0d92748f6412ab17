using System.Diagnostics;
using System.Globalization;
using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Runner;
using Ssgan.Runner.Terminal;

namespace Ssgan.Tests.Runner;

/// <summary>What a command printed and returned.</summary>
sealed record Printed(int Code, string Out, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs the program in this process, or as one of its own where signals matter.</summary>
static class Shell
{
    /// <summary>Small enough for a step to take milliseconds.</summary>
    public static readonly string[] Small = ["--ngf", "8", "--ndf", "8", "--batch", "4", "--n-dis", "1", "--threads", "1",
        "--grid", "4", "--ema", "0.9", "--plain"];

    public static Printed Run(params string[] args) => Run(CancellationToken.None, args);

    public static Printed Run(CancellationToken stop, params string[] args)
    {
        // A machine without NVIDIA's driver, whatever this one has.
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        return On(none, stop, args);
    }

    /// <summary>The same on a machine with given libraries.</summary>
    public static Printed On(ISymbolSource libraries, CancellationToken stop, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = Cli.Run(args, new Host(output, error, null, new Devices(libraries), stop) { Self = s_self });
        return new Printed(code, output.ToString(), error.ToString());
    }

    /// <summary>A host whose program is the one that was built, and to which nobody listens.</summary>
    public static Host Alone() =>
        new(TextWriter.Null, TextWriter.Null, null, new Devices(), CancellationToken.None) { Self = s_self };

    static readonly string[] s_self = ["dotnet", Path.Combine(AppContext.BaseDirectory, "ssgan.dll")];

    public static Printed Train(string folder, params string[] more) => Run(["train", "--out", folder, .. Small, .. more]);

    /// <summary>Starts the built program.</summary>
    public static Process Start(params string[] args)
    {
        var info = new ProcessStartInfo(SignalsAreIgnored() ? "env" : "dotnet") { RedirectStandardOutput = true,
            RedirectStandardError = true };
        if (info.FileName == "env")
        {
            info.ArgumentList.Add("--default-signal=HUP,INT");
            info.ArgumentList.Add("dotnet");
        }
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ssgan.dll"));
        foreach (string arg in args) info.ArgumentList.Add(arg);
        var process = Process.Start(info)!;
        // Read, lest a full pipe stop the program.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>
    /// Whether this process ignores Ctrl-C, as a shell's background jobs do, or hang-ups, as under nohup. Its children would
    /// inherit that, and a program that was started so rightly goes on ignoring it.
    /// </summary>
    static bool SignalsAreIgnored()
    {
        const string status = "/proc/self/status", field = "SigIgn:";
        // Signals 1 and 2, hang-up and interrupt.
        const ulong both = 0b11;
        if (!File.Exists(status)) return false;
        string mask = File.ReadLines(status)
            .First(static l => l.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & both) != 0;
    }
}
