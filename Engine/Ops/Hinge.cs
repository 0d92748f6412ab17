using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// A discriminator's hinge loss in one pass (Lim and Ye 2017): mean(max(0, 1 − real)) + mean(max(0, 1 + fake)), a scalar; the
    /// derivative on the hinge is 0.
    /// </summary>
    /// <param name="real">Logits of real images, any shape.</param>
    /// <param name="fake">Logits of generated images, any shape.</param>
    /// <exception cref="ArgumentException">One of the two is empty.</exception>
    public static Tensor HingeDiscriminator(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        Guard.F32("HingeDiscriminator", real, fake);
        Guard.SameDevice("HingeDiscriminator", real, fake);
        if (real.Count == 0 || fake.Count == 0)
            throw new ArgumentException(
                $"HingeDiscriminator: logits {real.Shape} and {fake.Shape} have no mean where one is empty.");
        var loss = real.Device.Result(new Shape());
        real.Backend.HingeDiscriminator(real.View, fake.View, loss.View);
        return loss.Record("HingeDiscriminator", [real, fake], [real, fake], 0, static (g, _) =>
        {
            var (real, fake, dy) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (!dy.Device.GradEnabled)
            {
                var (dreal, dfake) = (dy.Device.Result(real.Shape), dy.Device.Result(fake.Shape));
                dy.Backend.HingeDiscriminatorBackward(real.View, fake.View, dy.View, dreal.View, dfake.View);
                (g[0], g[1]) = (dreal, dfake);
                return;
            }
            // The same in differentiable operations, for second derivatives.
            g[0] = ReluGrad(dy.BroadcastTo(real.Shape), 1 - real) / -(float)real.Count;
            g[1] = ReluGrad(dy.BroadcastTo(fake.Shape), 1 + fake) / fake.Count;
        });
    }
}
