using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>
/// This process as one of the ranks that a launcher started to run one command together. The first one prints and writes; all end
/// together, or, where one fails alone, it ends the others.
/// </summary>
sealed class RankSession : IDisposable
{
    // How long ranks that fail together may be apart.
    static readonly TimeSpan s_parting = TimeSpan.FromSeconds(5);

    readonly RankLaunch _launch;
    readonly ParseResult _parsed;
    readonly RankArguments _arguments;
    MpiCommunicator? _host;
    string? _gpu;
    int _threads;

    RankSession(RankLaunch launch, ParseResult parsed, RankArguments arguments) =>
        (_launch, _parsed, _arguments) = (launch, parsed, arguments);

    /// <summary>Who computes together, once there is a device.</summary>
    public ICommunicator Ranks { get; private set; } = null!;

    /// <summary>What is to be disposed of before the device; null where nothing is.</summary>
    public IDisposable? OnDevice => Ranks as NcclCommunicator;

    /// <summary>Whether this rank prints and writes files.</summary>
    public bool Writes => _launch.Rank == 0;

    /// <summary>Runs a command, as one of several ranks where a launcher's variables say so.</summary>
    /// <param name="host">Where it prints.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="arguments">Options for ranks.</param>
    /// <param name="body">The command; of a lone process without a session.</param>
    public static int Run(Host host, ParseResult parsed, RankArguments arguments, Func<Host, RankSession?, int> body)
    {
        if (RankLaunch.Find(host.Variable) is not { Size: not 1 } launch) return body(host, null);
        using var session = new RankSession(launch, parsed, arguments);
        // A launcher passes lines on, and what it shows for a terminal may be a file.
        var own = host with { Out = session.Writes ? host.Out : TextWriter.Null, Terminal = null };
        try
        {
            int code = body(own, session);
            // The last thing that ranks wait for: who is late by more ended long ago.
            if (!session.Leave(arguments.Timeout(parsed))) return session.Abort(ExitCode.Failed);
            return code;
        }
        catch (ElsewhereException e)
        {
            session.Leave(s_parting);
            return e.Code;
        }
        catch (Exception e) when (session.Fails(e, host, out int code))
        {
            return code;
        }
    }

    /// <summary>Opens a device: as a rank and joins the others, or, of a lone process, as the options say.</summary>
    public static Device Open(RankSession? session, Host host, string name, DeviceOptions options) =>
        session?.Open(name, options, host.Devices) ?? DeviceChoice.Open(host.Devices, name, options, host.Out.WriteLine);

    /// <summary>What the first rank makes before the others do; a lone process makes it at once.</summary>
    /// <param name="session">The ranks; null for a lone process.</param>
    /// <param name="make">Told whether this rank is the first, and given what says now and then that it is still at work.</param>
    public static T InTurn<T>(RankSession? session, Func<bool, Action, T> make) =>
        session is null ? make(true, static () => { }) : session.InTurn(make);

    /// <summary>Opens this rank's device, and joins the others.</summary>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="CommunicatorException">Ranks cannot be connected.</exception>
    Device Open(string name, DeviceOptions options, Devices devices)
    {
        var patience = _arguments.Timeout(_parsed);
        if (_launch.Launcher != Launcher.Torchrun)
            _host = new MpiCommunicator(_launch, new MpiOptions(_arguments.Library(_parsed)) { Timeout = patience });
        if (name == "cpu" || name == "auto" && !devices.HasGpuDriver)
        {
            Ranks = _host ?? throw new UsageException(
                "torchrun starts ranks without MPI, which ranks on CPUs need: start them by mpirun or srun.");
            _threads = options.Threads != 0 ? options.Threads : CpuShare.Threads(_host);
            return OpenBeside(options, devices);
        }
        int local = _host?.LocalRank ?? _launch.LocalRank ?? 0, here = _host?.LocalSize ?? _launch.LocalSize ?? 1;
        if (name is not ("auto" or "cuda"))
            throw new UsageException($"With several ranks --device takes auto, cpu or cuda, not \"{name}\": each takes a GPU of "
                + "its own, and --devices says which.");
        _gpu = $"cuda:{_arguments.Gpu(_parsed, local, here)}";
        var device = OpenBeside(options, devices);
        try
        {
            Ranks = _host is not null ? new NcclCommunicator(device, _host, patience)
                : new NcclCommunicator(device, _launch.Rank, _launch.Size, local, here,
                    id => Rendezvous.Share(_launch, id, patience), patience);
        }
        catch
        {
            device.Dispose();
            throw;
        }
        return device;
    }

    /// <summary>This rank's device once more, used in another way.</summary>
    public Device OpenBeside(DeviceOptions options, Devices devices) =>
        DeviceChoice.Open(devices, _gpu ?? "cpu", options with { Threads = _threads }, static _ => { });

    /// <summary>What the first rank makes, and then each of the others, who need what that leaves on disk.</summary>
    T InTurn<T>(Func<bool, Action, T> make)
    {
        if (!Writes)
        {
            while (Exchange(Working) == Working)
            {
            }
            return make(false, static () => { });
        }
        var result = Guarded(() => make(true, () => Exchange(Working)));
        Exchange(Ready);
        return result;
    }

    /// <summary>A text that the first rank makes, on each.</summary>
    public string FromFirst(Func<string> make)
    {
        byte[] text = Writes ? Encoding.UTF8.GetBytes(Guarded(make)) : [];
        if (Writes) Exchange(Ready);
        else Exchange(Working);
        var length = new byte[sizeof(int)];
        BitConverter.TryWriteBytes(length, text.Length);
        Ranks.Broadcast(length, 0);
        if (!Writes) text = new byte[BitConverter.ToInt32(length)];
        Ranks.Broadcast(text, 0);
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>Checks that a text, such as the settings, is the same on each rank.</summary>
    /// <exception cref="TrainingException">It is not.</exception>
    public void CheckSame(string what, string mine)
    {
        string first = FromFirst(() => mine);
        byte[] same = new byte[Ranks.Size];
        Ranks.AllGather([first == mine ? (byte)1 : (byte)0], same);
        int other = same.AsSpan().IndexOf((byte)0);
        if (other >= 0)
            throw new TrainingException($"Rank {other} has other {what} than rank 0; all ranks need the same command and files.");
    }

    /// <summary>Ends with the command.</summary>
    public void Dispose() => _host?.Dispose();

    // What the first rank tells the others: a code that ends the process, plus the last of these, is an error.
    const byte Working = 0, Ready = 1, Failed = 2;

    T Guarded<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is not CommunicatorException)
        {
            Exchange((byte)(Failed + Failure.Of(e, _parsed).Code));
            throw;
        }
    }

    /// <summary>The first rank's state, on each.</summary>
    byte Exchange(byte state)
    {
        byte[] said = [state];
        Ranks.Broadcast(said, 0);
        if (said[0] > Failed && !Writes) throw new ElsewhereException(said[0] - Failed);
        return said[0];
    }

    bool Leave(TimeSpan within) => _host is null || _host.Leave(within);

    /// <summary>
    /// Prints what this rank failed of. What all find out alike, the first one says; a rank that fails alone says who it is, and
    /// ends the others, who would wait for it.
    /// </summary>
    bool Fails(Exception e, Host host, out int code)
    {
        var failure = Failure.Of(e, _parsed);
        code = failure.Code;
        if (_host is null) return false;
        bool together = Leave(s_parting);
        if (together && Writes) return false;
        if (!together || e is not (TrainingException or UsageException or OperationCanceledException))
            failure.Print(host.Error, $"Rank {_launch.Rank}: ");
        if (!together) Abort(code);
        return true;
    }

    [DoesNotReturn]
    int Abort(int code)
    {
        Console.Out.Flush();
        _host!.Abort(code);
        throw new InvalidOperationException("A rank survived its end.");
    }

    /// <summary>The first rank has failed and says so.</summary>
    sealed class ElsewhereException(int code) : Exception
    {
        public int Code => code;
    }
}
