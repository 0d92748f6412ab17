using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>
/// How the images of a batch of one size turn, with the labels at hand on the device, so that an update that turns images uploads
/// nothing.
/// </summary>
public sealed class RotationPlan : IDisposable
{
    readonly RotationBatch _policy;

    /// <param name="device">Where the images are.</param>
    /// <param name="batch">Images of a batch: at least 1 (4 for four angles of a quarter).</param>
    /// <param name="policy">Which of them turn.</param>
    /// <exception cref="ArgumentException">There are too few images.</exception>
    public RotationPlan(Device device, int batch, RotationBatch policy = RotationBatch.Quarters)
    {
        ArgumentNullException.ThrowIfNull(device);
        Labels = Rotation.Turns(device, batch, policy).Own();
        _policy = policy;
    }

    /// <summary>By how many quarters each turned image is turned, I32 (M) in {0, 1, 2, 3}.</summary>
    public Tensor Labels { get; }

    /// <summary>Whether every image turns once, in order.</summary>
    public bool TurnsEach => _policy == RotationBatch.Quarters;

    /// <summary>The turned images (M, S, S, C) of a batch (N, S, S, C).</summary>
    /// <exception cref="ArgumentException">They are not square, or another number than the plan is for.</exception>
    public Tensor Turn(Tensor images) => Rotation.Rotate(images, Labels, _policy);

    /// <summary>Frees the labels.</summary>
    public void Dispose() => Labels.Dispose();
}
