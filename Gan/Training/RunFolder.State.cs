using Ssgan.Gan.Data.Sources;

namespace Ssgan.Gan.Training;

/// <summary>What can be told of a folder from outside.</summary>
public sealed partial class RunFolder
{
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
