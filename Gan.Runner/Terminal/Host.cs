using Spectre.Console;
using Ssgan.Engine;

namespace Ssgan.Runner.Terminal;

/// <summary>Where the program prints and what stops it.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Failures, one sentence each.</param>
/// <param name="Terminal">A terminal that can redraw, or null.</param>
/// <param name="Devices">The devices of this machine.</param>
/// <param name="Stop">Asks a command to save and leave.</param>
sealed record Host(TextWriter Out, TextWriter Error, IAnsiConsole? Terminal, Devices Devices, CancellationToken Stop)
{
    /// <summary>The command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment: a variable's value, or null where it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where what can be made again is kept from run to run; null keeps nothing.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Where in it features of images are kept.</summary>
    public string? FeatureFolder => CacheFolder is null ? null : Path.Combine(CacheFolder, "features");

    /// <summary>What starts this program once more: a file, and what stands before the program's own arguments.</summary>
    public IReadOnlyList<string> Self { get; init; } = FindSelf();

    static string[] FindSelf()
    {
        string file = Environment.ProcessPath ?? "ssgan";
        return Path.GetFileNameWithoutExtension(file) == "dotnet" ? [file, Path.Combine(AppContext.BaseDirectory, "ssgan.dll")]
            : [file];
    }

    /// <summary>The terminal behind standard output, unless it is a file, a pipe or one that cannot move its cursor.</summary>
    public static IAnsiConsole? FindTerminal()
    {
        if (Console.IsOutputRedirected) return null;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        return console.Profile.Capabilities.Ansi ? console : null;
    }
}

/// <summary>What the process returns.</summary>
static class ExitCode
{
    public const int Done = 0, Failed = 1, BadArguments = 2, Interrupted = 130;
}

/// <summary>
/// The command line asks for something that does not exist or does not go together. The message is one sentence.
/// </summary>
sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
