using Ssgan.Engine.Kernels;

namespace Ssgan.Testing;

/// <summary>The values at which a derivative is checked by one input.</summary>
/// <param name="Shape">The input's shape.</param>
/// <param name="Values">As many numbers, row-major.</param>
public sealed record GradInput(Shape Shape, float[] Values)
{
    /// <summary>Numbers uniform in [low, high).</summary>
    public static GradInput Uniform(Shape shape, float low = -2, float high = 2, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = low + (high - low) * random.NextSingle();
        return new(shape, values);
    }
}
