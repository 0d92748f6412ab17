using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>A configured engine that may run a convolution.</summary>
/// <param name="Config">Its descriptor.</param>
/// <param name="Choice">Its place in cuDNN's list, by which it is found again.</param>
/// <param name="IsFallback">Whether it is one that cuDNN falls back to.</param>
/// <param name="Compiles">Whether a plan of it is compiled on this machine, which takes a while.</param>
readonly record struct ConvEngine(nint Config, ConvChoice Choice, bool IsFallback, bool Compiles);

/// <summary>
/// Where an engine stands in cuDNN's lists for a convolution: the same version on the same card lists the same.
/// </summary>
/// <param name="AddsBias">Whether it is for a graph that adds the bias.</param>
/// <param name="HasRelu">Whether it is for a graph that ends in ReLU.</param>
/// <param name="Place">Its place, from 0.</param>
/// <param name="Engine">Its own number, to notice a list that changed.</param>
readonly record struct ConvChoice(bool AddsBias, bool HasRelu, int Place, long Engine);

/// <summary>Which of cuDNN's engines keep the promises of a convolution.</summary>
static class ConvEngines
{
    const int MostFromOneList = 64;

    // Sums in less than F32, and transforms that round more than a sum does, by factors that grow with their tiles.
    const ulong Inexact = 1UL << (int)CuDnnNumericalNote.DownConvertInputs
        | 1UL << (int)CuDnnNumericalNote.ReducedPrecisionReduction
        | 1UL << (int)CuDnnNumericalNote.Fft | 1UL << (int)CuDnnNumericalNote.Winograd
        | 1UL << (int)CuDnnNumericalNote.Winograd4x4
        | 1UL << (int)CuDnnNumericalNote.Winograd6x6 | 1UL << (int)CuDnnNumericalNote.Winograd13x13;

    /// <summary>Engines by cuDNN's estimate, the best first, then those that it falls back to.</summary>
    /// <param name="d">Owns the descriptors.</param>
    /// <param name="handle">cuDNN's.</param>
    /// <param name="p">The convolution.</param>
    /// <param name="bias">Whether the graph adds the bias.</param>
    /// <param name="relu">Whether the graph ends in ReLU.</param>
    /// <param name="mayVary">Whether results may differ in their last bits from call to call.</param>
    public static List<ConvEngine> List(GraphDescriptors d, nint handle, in ConvProblem p, bool bias, bool relu, bool mayVary)
    {
        nint graph = ConvGraph.Build(d, handle, p, bias, relu);
        if (graph == 0) return [];
        ulong refused = Inexact;
        // TF32 is a matter of tensor cores; F32 alone never uses them.
        if (p.Exact) refused |= 1UL << (int)CuDnnNumericalNote.TensorCore;
        if (!mayVary) refused |= 1UL << (int)CuDnnNumericalNote.NonDeterministic;
        var engines = new List<ConvEngine>();
        int place = 0;
        foreach (var mode in (ReadOnlySpan<CuDnnHeuristic>)[CuDnnHeuristic.A, CuDnnHeuristic.Fallback])
        {
            foreach (nint config in Configs(d, graph, mode))
            {
                nint engine = d.Create(CuDnnDescriptor.Engine);
                if (d.Fill(config, CuDnnAttribute.EngineConfigEngine, [engine]) != 1) continue;
                var choice = new ConvChoice(bias, relu, place++, d.Int64(engine, CuDnnAttribute.EngineIndex));
                if ((d.Notes(engine, CuDnnAttribute.EngineNumericalNotes, CuDnnAttributeType.NumericalNote) & refused) != 0)
                    continue;
                ulong behavior = d.Notes(engine, CuDnnAttribute.EngineBehaviorNotes, CuDnnAttributeType.BehaviorNote);
                engines.Add(new ConvEngine(
                    config, choice, mode == CuDnnHeuristic.Fallback,
                    (behavior & 1UL << (int)CuDnnBehaviorNote.RuntimeCompilation) != 0));
            }
        }
        return engines;
    }

    static nint[] Configs(GraphDescriptors d, nint graph, CuDnnHeuristic mode)
    {
        nint heuristic = d.Create(CuDnnDescriptor.EngineHeuristic);
        d.Links(heuristic, CuDnnAttribute.HeuristicGraph, graph);
        d.Choice(heuristic, CuDnnAttribute.HeuristicMode, CuDnnAttributeType.HeuristicMode, (int)mode);
        if (!d.TryFinish(heuristic)) return [];
        long count = Math.Min(d.Count(heuristic, CuDnnAttribute.HeuristicResults, CuDnnAttributeType.Descriptor),
            MostFromOneList);
        if (count == 0) return [];
        // cuDNN fills descriptors that exist already, perhaps fewer than it announced.
        var configs = new nint[count];
        foreach (ref nint config in configs.AsSpan()) config = d.Create(CuDnnDescriptor.EngineConfig);
        return configs[..(int)d.Fill(heuristic, CuDnnAttribute.HeuristicResults, configs)];
    }
}
