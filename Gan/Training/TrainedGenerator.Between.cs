using Ssgan.Engine;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Training;

public sealed partial class TrainedGenerator
{
    /// <summary>
    /// Pixels (1, S, S, 3) of an image between those of two seeds. Noise goes along the great circle from one to the other
    /// [White 2016, section 2.1]: the middle of a straight line is nearer to 0 than any noise that was
    /// trained with.
    /// </summary>
    /// <param name="from">The image at 0.</param>
    /// <param name="to">The image at 1.</param>
    /// <param name="way">Where between them, 0 to 1.</param>
    /// <param name="label">The class, where it knows classes; null chooses it at random, by the first seed.</param>
    /// <param name="stop">Ends it before it is drawn.</param>
    /// <exception cref="ArgumentException">It knows no classes, or not that one.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Settings.TrainingException">A pixel is NaN: finite weights too large to compute with, say.</exception>
    public byte[] DrawBetween(ulong from, ulong to, double way, int? label = null, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(way);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(way, 1);
        int[] chosen = Chosen(from, 1, label is { } given ? [given] : null);
        return Pixels.Draw(_device, 1, _ =>
        {
            var labels = Labels(chosen, 0, chosen.Length);
            using var first = new Rng(_device, from);
            var noise = _network.Draw(first, 1, labels).Z;
            // At its ends the way has the very images of the seeds.
            if (way > 0)
            {
                using var second = new Rng(_device, to);
                var other = _network.Draw(second, 1, labels).Z;
                noise = way == 1 ? other : _device.From(Between(noise.ToArray(), other.ToArray(), way), noise.Shape);
            }
            return Finite(_network.Forward(new Latent(noise, labels)));
        }, stop: stop);
    }

    static float[] Between(float[] a, float[] b, double way)
    {
        double lengthA = Length(a), lengthB = Length(b), both = 0;
        for (int i = 0; i < a.Length; i++) both += a[i] * (double)b[i];
        double angle = Math.Acos(Math.Clamp(both / (lengthA * lengthB), -1, 1));
        var (p, q) = (1 - way, way);
        // Of one direction, or of opposite ones, which many circles join.
        if (Math.Sin(angle) > 1e-6) (p, q) = (Math.Sin(p * angle) / Math.Sin(angle), Math.Sin(q * angle) / Math.Sin(angle));
        return [.. a.Zip(b, (x, y) => (float)(p * x + q * y))];
    }

    static double Length(float[] x) => Math.Sqrt(x.Sum(static v => (double)v * v));
}
