using System.CommandLine;
using System.Globalization;
using Ssgan.Engine.Distributed;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>Options of commands that several processes run together, started by mpirun, srun or torchrun.</summary>
sealed class RankArguments
{
    const int LongestTimeout = 7 * 24 * 3600;
    static readonly int s_default = (int)NcclCommunicator.DefaultPatience.TotalSeconds;

    readonly Option<string> _devices = OptionKinds.Text("--devices", "0,1,...",
        "With several ranks: the GPUs of this machine, one a rank in order of local rank. Default: GPU number local rank.");

    readonly Option<int> _timeout = OptionKinds.Number<int>("--rank-timeout",
        $"With several ranks: seconds after which a rank that does not come is named and all end. Default: {s_default}.");

    readonly Option<string> _library = OptionKinds.Text("--mpi-library", "FILE",
        "With several ranks: the MPI library, where it is not found or another one is.");

    public IEnumerable<Option> All => [_devices, _timeout, _library];

    /// <summary>The MPI library that is asked for; null for the launcher's own.</summary>
    public string? Library(ParseResult parsed) => parsed.GetValue(_library);

    /// <summary>How long a rank waits for the others.</summary>
    /// <exception cref="UsageException">It is out of range.</exception>
    public TimeSpan Timeout(ParseResult parsed)
    {
        int seconds = parsed.Pick(_timeout, s_default);
        return seconds is >= 1 and <= LongestTimeout ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"--rank-timeout is {seconds}; it takes 1 to {LongestTimeout} seconds.");
    }

    /// <summary>The GPU of a local rank.</summary>
    /// <exception cref="UsageException">The list is none, or too short.</exception>
    public int Gpu(ParseResult parsed, int localRank, int localSize)
    {
        if (parsed.GetValue(_devices) is not { } list) return localRank;
        string[] numbers = list.Split(',');
        if (numbers.Length < localSize)
            throw new UsageException($"--devices {list} names {numbers.Length} GPU{(numbers.Length == 1 ? "" : "s")}, and "
                + $"{localSize} ranks are on this machine.");
        return int.TryParse(numbers[localRank], NumberStyles.None, CultureInfo.InvariantCulture, out int gpu) ? gpu
            : throw new UsageException($"--devices takes numbers with commas between, not \"{list}\".");
    }
}
