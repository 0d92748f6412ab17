using Ssgan.Engine;

namespace Ssgan.Gan.Training;

/// <summary>Finds where NaN or infinity came in.</summary>
static class NonFinite
{
    /// <summary>The error that stops a run: the metric, and the first parameter, buffer, gradient or optimizer state that is not finite.</summary>
    public static TrainingException Describe(GanStep step, string metric, string when)
    {
        string culprit = Find(step) is { } name ? $"the first tensor that is not finite is {name}"
            : "all parameters are still finite, so the loss itself overflowed";
        return new TrainingException($"{metric} became NaN or infinite {when}: {culprit}. "
            + "The last checkpoint is from before; try a lower learning rate.");
    }

    static string? Find(GanStep step)
    {
        foreach (var (network, module) in step.Networks)
        {
            foreach (var (name, t) in module.NamedParameters())
            {
                if (t.Grad is { } gradient && !IsFinite(gradient)) return $"the gradient of {network}.{name}";
                if (!IsFinite(t)) return $"{network}.{name}";
            }
            foreach (var (name, t) in module.NamedBuffers()) if (!IsFinite(t)) return $"{network}.{name}";
        }
        foreach (var (name, t) in Checkpoint.NamedTensors(step)) if (t.Type == Engine.Kernels.DType.F32 && !IsFinite(t)) return name;
        return null;
    }

    static bool IsFinite(Tensor t)
    {
        foreach (float value in t.ToArray()) if (!float.IsFinite(value)) return false;
        return true;
    }
}
