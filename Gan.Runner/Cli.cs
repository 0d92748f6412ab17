using System.CommandLine;
using System.CommandLine.Invocation;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner;

/// <summary>The commands, and what becomes of their failures: an exit code and one sentence.</summary>
static class Cli
{
    /// <summary>Runs a command line.</summary>
    public static int Run(IReadOnlyList<string> args, Host host)
    {
        host = host with { Arguments = args };
        var verbose = OptionKinds.Switch("--verbose", "Show the stack trace of a failure.");
        verbose.Recursive = true;
        var root = new RootCommand("Trains GANs, self-supervised ones first, and draws images from them.")
        {
            verbose, TrainCommand.Build(host), SampleCommand.Build(host), EvalCommand.Build(host), CompareCommand.Build(host),
            ReportCommand.Build(host), ServeCommand.Build(host), RunsCommand.Build(host), CleanCommand.Build(host),
            VerifyResumeCommand.Build(host), ExportCommand.Build(host), DoctorCommand.Build(host), DataCommand.Build(host),
            ModelsCommand.Build(host), PresetsCommand.Build(host),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        // A leading @ is part of a name here, not a file with more arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Fail(host, ExitCode.BadArguments, parsed.UnmatchedTokens.Count > 0 ? Suggestions.Describe(parsed, root)
                : parsed.CommandResult.Command != root ? parsed.Errors[0].Message
                : $"Name a command: {Suggestions.Commands(root, "or")}; ssgan --help explains them.");
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException) when (host.Stop.IsCancellationRequested)
        {
            return Fail(host, ExitCode.Interrupted, "Stopped; there was nothing to save.");
        }
        catch (Exception e)
        {
            int code = Failure.Of(e, parsed).Print(host.Error);
            if (parsed.GetValue(verbose)) host.Error.WriteLine(e);
            return code;
        }
    }

    static int Fail(Host host, int code, string message) => new Failure(code, message).Print(host.Error);

    /// <summary>Prints this program's version, whichever process it runs in; without the commit, which follows a plus.</summary>
    sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"ssgan {RunStart.ProgramVersion}");
            return ExitCode.Done;
        }
    }
}
