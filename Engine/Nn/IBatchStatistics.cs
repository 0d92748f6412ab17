
namespace Ssgan.Engine.Nn;

/// <summary>
/// A layer whose forward goes by statistics of the batch. Where ranks share a batch, they are of the rank's own samples, or, with
/// <see cref="Ranks"/>, of all (PyTorch's SyncBatchNorm).
/// </summary>
public interface IBatchStatistics
{
    /// <summary>The ranks whose samples the statistics are of; null for this one's own. They stay the caller's.</summary>
    ICommunicator? Ranks { get; set; }
}
