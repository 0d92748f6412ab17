using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;

namespace Ssgan.Gan.Training;

/// <summary>
/// Names in a checkpoint's file. A tensor is written once, under its first name. A file is read as well where it has a shared
/// tensor under another of its names or under several, and where an optimizer has one step count for all parameters.
/// </summary>
static class CheckpointNames
{
    const string Step = ".step";

    /// <summary>Everything of a training state.</summary>
    public static List<StateEntry> Of(GanStep step)
    {
        List<StateEntry> targets = [.. step.Networks.SelectMany(static n => StateDict.Entries(n.Module, n.Name + "."))];
        var further = step.Networks.SelectMany(static n => n.Module.SharedNames())
            .ToLookup(static s => s.Tensor, static s => s.Name);
        foreach (var (name, optimizer) in step.Optimizers)
        {
            var shared = optimizer.Parameters.Where(p => further.Contains(p.Tensor))
                .ToDictionary(static p => p.Name, p => further[p.Tensor]);
            foreach (var (state, tensor) in optimizer.NamedState)
            {
                targets.Add(new StateEntry($"{name}.{state}", tensor)
                {
                    OtherNames = Others(name, state, shared),
                    // Adam's mean of squares.
                    NonNegative = state.EndsWith(".v", StringComparison.Ordinal),
                });
            }
        }
        return targets;
    }

    static string[] Others(string optimizer, string state, Dictionary<string, IEnumerable<string>> shared)
    {
        // "block.weight.m" belongs to the parameter "block.weight".
        int dot = state.LastIndexOf('.');
        if (dot < 0) return [];
        string kind = state[dot..];
        var names = shared.TryGetValue(state[..dot], out var further) ? further.Select(n => $"{optimizer}.{n}{kind}") : [];
        return kind == Step ? [.. names, optimizer + Step] : [.. names];
    }
}
