using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>What can be told of a folder from outside.</summary>
public sealed partial class RunFolder
{
    // A configuration has about 2,000 bytes.
    const long LargestConfig = 1 << 16;

    /// <summary>The folder's own name.</summary>
    internal string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(
        System.IO.Path.GetFullPath(Path)));

    /// <summary>The run's settings.</summary>
    /// <exception cref="TrainingException">The file is damaged or none of ours.</exception>
    internal TrainOptions Options()
    {
        long bytes = new FileInfo(Config).Length;
        return bytes <= LargestConfig ? TrainOptions.FromJson(File.ReadAllText(Config), Config)
            : throw new TrainingException($"{Config} has {bytes:N0} bytes, far more than a configuration.");
    }

    /// <summary>Whether a folder is a run's: it has settings, and a log or checkpoints.</summary>
    public static bool IsRun(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RunFiles.AreIn(path);
    }

    /// <summary>Whether a run is writing to it right now. Nothing changes.</summary>
    public bool IsClaimed
    {
        get
        {
            try
            {
                // Shares with all but the claim itself, which shares with nobody.
                new FileStream(System.IO.Path.Combine(Path, RunFiles.Claim), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                    .Dispose();
                return false;
            }
            catch (FileNotFoundException)
            {
                return false;
            }
            catch (IOException e) when (e.HResult is SharingViolation or LinuxWouldBlock or MacWouldBlock)
            {
                return true;
            }
        }
    }
}
