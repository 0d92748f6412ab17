using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>
/// Real images for training, batch after batch. What comes from the host comes between updates; an update takes its batch from
/// device memory alone, so that it can be captured.
/// </summary>
public interface IBatchFeed : IDisposable
{
    /// <summary>The position after the batches prepared so far.</summary>
    LoaderPosition Position { get; }

    /// <summary>Makes the next batch ready; to be called before every update. Copies are queued, not waited for.</summary>
    void Prepare();

    /// <summary>
    /// The batch that is ready, of the innermost scope; to be called once per <see cref="Prepare"/>, possibly by a replay.
    /// </summary>
    RealBatch Take();
}
