using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;

namespace Ssgan.Gan.Algorithms;

/// <summary>One algorithm on several ranks, each of which has its share of every batch.</summary>
public abstract partial class GanStep
{
    readonly Dictionary<Optimizer, GradientArena> _arenas = [];
    List<Tensor> _common = [];
    RankMean? _means;
    Tensor? _meansOf;

    /// <summary>The ranks that have a batch in common; null where there is one.</summary>
    public ICommunicator? Ranks { get; private set; }

    /// <summary>Which part of every batch is this rank's.</summary>
    protected BatchShare Share => Random.Share;

    /// <summary>
    /// Makes this one of several ranks that train the same networks, from equal values: before the first update, on each. From
    /// here on a batch is this rank's share of the batch of all; gradients, values of the log and running statistics are means
    /// over the ranks, and noise is drawn for this rank's images. One rank changes nothing.
    /// </summary>
    /// <param name="ranks">The ranks; they stay the caller's, and must outlive this.</param>
    /// <param name="syncBatchNorm">Batch norm goes by the images of all ranks, so that the run is the one of a single rank; else
    /// by the rank's own.</param>
    /// <exception cref="InvalidOperationException">It is one of several already.</exception>
    public void Distribute(ICommunicator ranks, bool syncBatchNorm)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (Ranks is not null) throw new InvalidOperationException("These updates are shared by ranks already.");
        if (ranks.Size == 1) return;
        Ranks = ranks;
        Random.Share = new(ranks.Rank, ranks.Size);
        foreach (var (_, optimizer) in Optimizers) _arenas[optimizer] = new GradientArena(optimizer.Parameters, ranks);
        Stats.Collect();
        _common = [.. Networks.SelectMany(static n => Differing(n.Module))];
        if (syncBatchNorm)
        {
            foreach (var layer in Networks.SelectMany(static n => n.Module.Modules()).OfType<IBatchStatistics>())
                layer.Ranks = ranks;
        }
        Distributed(ranks);
    }

    /// <summary>What an algorithm has beside networks and optimizers that goes by a whole batch learns of the ranks.</summary>
    protected virtual void Distributed(ICommunicator ranks)
    {
    }

    /// <summary>
    /// Ends an update: what was seen of one rank's images becomes the mean of all. A NaN anywhere is one everywhere, and so ends
    /// all ranks after the same step.
    /// </summary>
    internal void EndUpdate()
    {
        if (Ranks is null) return;
        if (_meansOf != Stats.Pending)
        {
            _means?.Dispose();
            _meansOf = Stats.Pending;
            _means = new RankMean(Ranks, [Stats.Pending!, .. _common]);
        }
        _means!.Run();
        Stats.Settle();
    }

    /// <summary>The gradients of a loss that is a mean over images; of all ranks' images, where there are several.</summary>
    void Differentiate(Tensor loss, Optimizer optimizer)
    {
        if (!_arenas.TryGetValue(optimizer, out var arena))
        {
            loss.Backward();
            return;
        }
        using var scope = Device.Scope();
        arena.BeginSum();
        // The gradients' sum is their mean from the start.
        loss.Backward(Device.Full(loss.Shape, 1f / Ranks!.Size));
        arena.FinishSum();
    }

    /// <summary>
    /// Buffers that follow the images, which differ from rank to rank: all but the estimates of singular vectors, which equal
    /// weights keep equal.
    /// </summary>
    static IEnumerable<Tensor> Differing(Module network)
    {
        HashSet<Tensor> equal = [.. network.Modules().OfType<SpectralNorm>().SelectMany(static n => (Tensor[])[n.U, n.V])];
        return network.NamedBuffers().Select(static b => b.Tensor)
            .Where(b => b.Type == Engine.Kernels.DType.F32 && !equal.Contains(b));
    }

    void Part()
    {
        foreach (var arena in _arenas.Values) arena.Dispose();
        _means?.Dispose();
    }
}
