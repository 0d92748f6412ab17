namespace Ssgan.Engine;

/// <summary>Derivatives of tensors.</summary>
public static class Autograd
{
    /// <summary>
    /// d(sum of outputs·gradOutputs)/d(inputs), without touching <see cref="Tensor.Grad"/>. With <paramref name="createGraph"/>
    /// the results can be differentiated again (gradient penalties).
    /// </summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what; each must require a gradient.</param>
    /// <param name="gradOutputs">Upstream gradients of the outputs' shapes and types; null means ones.</param>
    /// <param name="createGraph">Record the backward itself.</param>
    /// <param name="retainGraph">Keep the graph for another walk; implied by createGraph.</param>
    /// <returns>One gradient per input, in the current scope; zeros where the outputs do not depend on it.</returns>
    /// <exception cref="ArgumentException">An input requires no gradient, no output does, or shapes differ.</exception>
    public static Tensor[] Grad(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor>? gradOutputs = null, bool createGraph = false, bool retainGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        Guard.Given([.. outputs], nameof(outputs));
        Guard.Given([.. inputs], nameof(inputs));
        if (gradOutputs is not null) Guard.Given([.. gradOutputs], nameof(gradOutputs));
        if (outputs.Count == 0) throw new ArgumentException("Grad: no outputs were given.");
        var device = outputs[0].Device;
        var seeds = Seeds(outputs, gradOutputs);
        var found = new BackwardPass(device, createGraph, createGraph || retainGraph).ToInputs([.. outputs], seeds, [.. inputs]);
        var results = new Tensor[inputs.Count];
        for (int i = 0; i < results.Length; i++) results[i] = found[i]?.Adopt() ?? device.Zeros(inputs[i].Shape, inputs[i].Type);
        return results;
    }

    internal static void ToLeaves(Tensor output, Tensor? gradOutput, bool retainGraph)
    {
        if (gradOutput is null && output.Count != 1)
            throw new InvalidOperationException($"Backward: {output.Describe()} is not a scalar; pass the upstream gradient.");
        using (output.Device.Scope())
        {
            var seeds = Seeds([output], gradOutput is null ? null : [gradOutput]);
            new BackwardPass(output.Device, createGraph: false, retainGraph).ToLeaves([output], seeds);
        }
    }

    static Tensor[] Seeds(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor>? gradOutputs)
    {
        if (gradOutputs is not null && gradOutputs.Count != outputs.Count)
            throw new ArgumentException($"Grad: {outputs.Count} outputs but {gradOutputs.Count} upstream gradients were given.");
        bool any = false;
        var seeds = new Tensor[outputs.Count];
        for (int i = 0; i < seeds.Length; i++)
        {
            any |= outputs[i].RequiresGrad;
            seeds[i] = gradOutputs?[i] ?? outputs[i].Device.Full(outputs[i].Shape, 1, outputs[i].Type);
            if (seeds[i].Shape != outputs[i].Shape)
                throw new ArgumentException(
                    $"Grad: output {i} has shape {outputs[i].Shape} but its upstream gradient has {seeds[i].Shape}.");
            Guard.Type("Grad", seeds[i], outputs[i].Type);
            Guard.SameDevice("Grad", outputs[0], outputs[i], seeds[i]);
        }
        if (!any)
            throw new ArgumentException(
                $"Nothing to differentiate: {outputs[0].Describe()} depends on no tensor that requires a gradient.");
        return seeds;
    }
}

public sealed partial class Tensor
{
    /// <summary>Sums d(this)/d(leaf) into <see cref="Grad"/> of every leaf that requires it, and frees the graph.</summary>
    /// <param name="gradOutput">Upstream gradient of this tensor's shape; null for a scalar means 1.</param>
    /// <param name="retainGraph">Keep the graph for another walk.</param>
    /// <exception cref="InvalidOperationException">Not a scalar and no upstream gradient, or the graph is gone.</exception>
    public void Backward(Tensor? gradOutput = null, bool retainGraph = false) => Autograd.ToLeaves(this, gradOutput, retainGraph);
}
