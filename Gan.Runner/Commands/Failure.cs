using Ssgan.Engine;
using System.CommandLine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>What a failure is to the user: an exit code and one sentence.</summary>
/// <param name="Code">What the process returns.</param>
/// <param name="Sentence">What is printed.</param>
sealed record Failure(int Code, string Sentence)
{
    /// <summary>Of an exception that a command threw.</summary>
    public static Failure Of(Exception e, ParseResult parsed) => new(
        e is UsageException ? ExitCode.BadArguments : ExitCode.Failed,
        IsForUsers(e) ? DeniedPath.Explain(e, parsed) : $"ssgan failed with {e.GetType().Name}: {e.Message}");

    /// <summary>Prints it on a line that ends as a sentence.</summary>
    public int Print(TextWriter error, string before = "")
    {
        string line = string.Join(' ',
            Sentence.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        error.WriteLine(before + (line.EndsWith('.') || line.EndsWith('?') ? line : line + "."));
        return Code;
    }

    static bool IsForUsers(Exception e) =>
        e is UsageException or TrainingException or DatasetException or DeviceException or TensorFileException or MetricException
        or WeightsException or CommunicatorException or IOException or UnauthorizedAccessException or ArgumentException;
}
