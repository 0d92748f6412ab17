using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>Finds where NaN or infinity came in.</summary>
static class NonFinite
{
    /// <summary>
    /// The error that stops a run: the metric, and the first parameter, buffer, gradient or optimizer state that is not finite.
    /// </summary>
    /// <param name="step">The algorithm.</param>
    /// <param name="metric">What the log would have shown.</param>
    /// <param name="when">"in step 5", "by step 50".</param>
    /// <param name="saved">The newest checkpoint's step; null where there is none.</param>
    public static TrainingException Describe(GanStep step, string metric, string when, long? saved)
    {
        string culprit = Find(step) is { } name ? $"the first tensor that is not finite is {name}"
            : "all parameters are still finite, so the loss itself overflowed";
        return new TrainingException($"{metric} became NaN or infinite {when}: {culprit}. "
            + (saved is null ? "There is no checkpoint from before" : $"The checkpoint of step {saved} is from before")
            + "; try a lower learning rate (--lr).");
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
        foreach (var (name, t) in Checkpoint.NamedTensors(step))
            if (t.Type == Engine.Kernels.DType.F32 && !IsFinite(t)) return name;
        return null;
    }

    static bool IsFinite(Tensor t)
    {
        foreach (float value in t.ToArray()) if (!float.IsFinite(value)) return false;
        return true;
    }
}
