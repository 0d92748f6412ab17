using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Losses;

/// <summary>
/// How the images of a batch of one size turn, with the labels at hand on the device, so that an update that turns images uploads
/// nothing.
/// </summary>
public sealed class RotationPlan : IDisposable
{
    readonly RotationBatch _policy;
    readonly ICommunicator? _ranks;

    /// <param name="device">Where the images are.</param>
    /// <param name="batch">Images of a batch, or of a rank's share of it: at least 1 (4 for four angles of a quarter).</param>
    /// <param name="policy">Which of them turn.</param>
    /// <param name="ranks">Where ranks share a batch: who has the others; each turns as many. They stay the caller's.</param>
    /// <exception cref="ArgumentException">There are too few images, or as many as do not go round.</exception>
    public RotationPlan(Device device, int batch, RotationBatch policy = RotationBatch.Quarters, ICommunicator? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        (_policy, _ranks) = (policy, ranks);
        // Where every image turns every way, a rank's own are its share.
        int parts = ranks is null || policy == RotationBatch.FourAnglesOfAll ? 1 : ranks.Size;
        var all = Rotation.Turns(device, checked(batch * parts), policy).Own();
        Labels = all;
        if (parts == 1) return;
        int mine = all.Shape[0] / parts;
        using (all)
        {
            if (mine * parts != all.Shape[0])
                throw new ArgumentException($"Rotation: {all.Shape[0]} turned images do not go round {parts} ranks.");
            Labels = all.Slice(0, ranks!.Rank * mine, mine).Own();
        }
    }

    /// <summary>By how many quarters each turned image is turned, I32 (M) in {0, 1, 2, 3}.</summary>
    public Tensor Labels { get; }

    /// <summary>Whether every image turns once, in order.</summary>
    public bool TurnsEach => _policy == RotationBatch.Quarters;

    /// <summary>The turned images (M, S, S, C) of a batch (N, S, S, C); of a shared one this rank's.</summary>
    /// <exception cref="ArgumentException">They are not square, or another number than the plan is for.</exception>
    public Tensor Turn(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_ranks is null || _policy != RotationBatch.FourAnglesOfAQuarter) return Rotation.Rotate(images, Labels, _policy);
        // The first quarter of the whole batch is the first rank's, mostly.
        var all = images.Cast(DType.F32).GatherOverRanks(_ranks).Cast(images.Type);
        var quarter = all.Slice(0, 0, all.Shape[0] / 4);
        int mine = Labels.Shape[0];
        return Tensor.Concat([quarter, quarter, quarter, quarter], 0).Slice(0, _ranks.Rank * mine, mine).Rotate90(Labels);
    }

    /// <summary>Frees the labels.</summary>
    public void Dispose() => Labels.Dispose();
}
