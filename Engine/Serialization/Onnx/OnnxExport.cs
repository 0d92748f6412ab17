using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>
/// Writes modules as ONNX models (opset 17), which other runtimes run. The forward itself is recorded, primitive by primitive, so
/// that a module needs nothing but its forward to be exported. What does not depend on the inputs is a constant in the model:
/// weights are divided by their spectral norms, batch norms go by running statistics. Images are (N, H, W, C) in the engine and
/// (N, C, H, W) in the model, inputs and outputs alike; the batch's size is open.
/// </summary>
public static class OnnxExport
{
    // Two batches, by which is seen what depends on the batch; of more images than one, which many sizes are.
    const int Batch = 2, OtherBatch = 3;

    /// <summary>Writes a model, all at once (<see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">The module; it is run in evaluation, in no other state than before afterwards.</param>
    /// <param name="inputs">What the forward takes.</param>
    /// <param name="forward">From tensors in the order of the inputs to outputs with their names in the model.</param>
    /// <param name="metadata">What the model says of itself (metadata_props); null for nothing.</param>
    /// <exception cref="NotSupportedException">The forward does something with its inputs that has no counterpart, reads a value,
    /// computes in another type than F32, or depends on the batch's size.</exception>
    /// <exception cref="ArgumentException">The module has no tensors, or names repeat, or an output does not depend on the
    /// inputs.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Module module, IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<NamedTensor>> forward, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        var state = module.StateDict();
        var device = state.Values.FirstOrDefault()?.Device
            ?? throw new ArgumentException($"{module.GetType().Name} has no tensors, so nothing says which device it runs on.");
        HashSet<string> taken = [];
        foreach (var input in inputs)
        {
            if (input.Name.Length == 0 || !taken.Add(input.Name))
                throw new ArgumentException($"The input '{input.Name}' has no name of its own.");
        }
        var training = module.Modules().Where(static m => m.Training).ToList();
        module.Eval();
        try
        {
            var (graph, outputs) = Trace(device, state, inputs, forward, Batch);
            graph.FreeBatch(Trace(device, state, inputs, forward, OtherBatch).Graph);
            foreach (var (name, value) in outputs)
            {
                if (!taken.Add(name)) throw new ArgumentException($"The output '{name}' has no name of its own.");
                graph.Steps.Add(new("Identity", [value.Name], name, [], null));
            }
            graph.Prune(outputs.Select(static o => o.Name));
            var model = OnnxModel.Write(graph, module.GetType().Name,
                inputs.Select(static i => (i.Name, OnnxModel.TypeOf(i.Type), Dims(i.Shape, i.Shape.Rank == 3))),
                outputs.Select(static o => (o.Name, OnnxModel.Float, Whole(o.Value))),
                metadata ?? new Dictionary<string, string>());
            if (model.Length > int.MaxValue)
                throw new NotSupportedException($"The model has {model.Length} bytes; an ONNX file holds {int.MaxValue}.");
            AtomicFile.Write(path, model.WriteTo);
        }
        finally
        {
            foreach (var part in training) part.Train();
        }
    }

    static (OnnxGraph Graph, List<(string Name, OnnxValue Value)> Outputs) Trace(Device device,
        IReadOnlyDictionary<string, Tensor> state, IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<NamedTensor>> forward, int batch)
    {
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        Tensor[] tensors = [.. inputs.Select(i => device.Zeros(new Shape([batch, .. i.Shape]), i.Type))];
        var trace = new OnnxTrace(device.Backend);
        for (int i = 0; i < tensors.Length; i++) trace.Input(inputs[i].Name, tensors[i].View);
        foreach (var (name, tensor) in state) trace.Call(name, tensor.View);
        var own = device.Exchange(trace);
        try
        {
            List<(string, OnnxValue)> outputs = [];
            foreach (var (name, tensor) in forward(tensors))
            {
                outputs.Add((name, trace.Output(tensor.View)
                    ?? throw new ArgumentException($"The output '{name}' does not depend on the inputs.")));
            }
            return (trace.Graph, outputs);
        }
        finally
        {
            device.Exchange(own);
        }
    }

    /// <summary>The batch, whose number is not written, and the rest.</summary>
    static long[] Dims(Shape item, bool images) =>
        images ? [0, item[2], item[0], item[1]] : [0, .. item.Select(static d => (long)d)];

    static long[] Whole(OnnxValue value) => value.ChannelsFirst
        ? [0, value.Shape[3], value.Shape[1], value.Shape[2]] : [.. value.Shape.Select(static d => (long)d)];
}
