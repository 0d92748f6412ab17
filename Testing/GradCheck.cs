using Ssgan.Engine;

namespace Ssgan.Testing;

/// <summary>
/// Derivatives against central finite differences of L = Σ y·r, where r is random (with ones the gradient of a softmax or a
/// normalisation is 0, right or wrong) and the sum is taken in double on the host. Any test framework reports the exception.
/// </summary>
public static class GradCheck
{
    /// <summary>Checks d L / d inputs.</summary>
    /// <param name="device">Where the function runs.</param>
    /// <param name="function">A function of F32 tensors that gives the same result whenever it is called; labels, indices and
    /// constants are its own.</param>
    /// <param name="inputs">At which values.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="GradCheckException">A derivative is wrong.</exception>
    public static void First(Device device, Func<Tensor[], Tensor> function, IReadOnlyList<GradInput> inputs,
        GradCheckOptions? options = null)
    {
        var run = Run.Of(device, function, inputs, options);
        float[] upstream;
        float[][] analytic;
        using (device.Scope())
        {
            var leaves = run.Leaves();
            var y = function(leaves);
            upstream = run.Randoms(y.Count);
            analytic = Read(Autograd.Grad([y], leaves, [device.From(upstream, y.Shape)]));
        }
        run.Compare(run.Values, analytic, () =>
        {
            using var scope = device.Scope();
            return Dot(function(run.Tensors()).ToArray(), upstream);
        });
    }

    /// <summary>
    /// Checks d (Σ over inputs of (d L / d input)·r₂) / d (inputs and r): the backward is differentiable, in everything that it
    /// is a function of. The differences are taken of the first gradient without a graph, so that a fused backward is held
    /// against its differentiable form.
    /// </summary>
    /// <param name="device">Where the function runs.</param>
    /// <param name="function">A function as in <see cref="First"/>.</param>
    /// <param name="inputs">At which values.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="GradCheckException">A derivative is wrong, the gradient with a graph differs from that without, or no
    /// gradient depends on its upstream gradient.</exception>
    public static void Second(Device device, Func<Tensor[], Tensor> function, IReadOnlyList<GradInput> inputs,
        GradCheckOptions? options = null)
    {
        var run = Run.Of(device, function, inputs, options);
        float[] upstream;
        float[][] first, weights, analytic;
        using (device.Scope())
        {
            var leaves = run.Leaves();
            var y = function(leaves);
            upstream = run.Randoms(y.Count);
            var dy = device.From(upstream, y.Shape);
            dy.RequiresGrad = true;
            var gradients = Autograd.Grad([y], leaves, [dy], createGraph: true);
            first = Read(gradients);
            weights = [.. first.Select(g => run.Randoms(g.Length))];
            var (outputs, seeds) = (new List<Tensor>(), new List<Tensor>());
            for (int i = 0; i < gradients.Length; i++)
            {
                if (!gradients[i].RequiresGrad) continue;
                outputs.Add(gradients[i]);
                seeds.Add(device.From(weights[i], gradients[i].Shape));
            }
            if (outputs.Count == 0)
                throw new GradCheckException($"{run.Name}: no gradient depends on its upstream gradient.");
            analytic = Read(Autograd.Grad(outputs, [.. leaves, dy], seeds));
        }
        run.Same(first, FirstGradients(run, upstream));
        run.Compare([.. run.Values, upstream], analytic, () =>
        {
            double sum = 0;
            var gradients = FirstGradients(run, upstream);
            for (int i = 0; i < gradients.Length; i++) sum += Dot(gradients[i], weights[i]);
            return sum;
        });
    }

    /// <summary>Both.</summary>
    /// <inheritdoc cref="Second"/>
    public static void All(Device device, Func<Tensor[], Tensor> function, IReadOnlyList<GradInput> inputs,
        GradCheckOptions? options = null)
    {
        First(device, function, inputs, options);
        Second(device, function, inputs, options);
    }

    static float[][] FirstGradients(Run run, float[] upstream)
    {
        using var scope = run.Device.Scope();
        var leaves = run.Leaves();
        var y = run.Function(leaves);
        return Read(Autograd.Grad([y], leaves, [run.Device.From(upstream, y.Shape)]));
    }

    static double Dot(float[] a, float[] b)
    {
        if (a.Length != b.Length)
            throw new GradCheckException($"The function gave {b.Length} values and then {a.Length}: it must repeat itself.");
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    static float[][] Read(Tensor[] tensors) => [.. tensors.Select(static t => t.ToArray())];
}
