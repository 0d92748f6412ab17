namespace Ssgan.Engine.Kernels;

/// <summary>An array as lines along one of its axes: (Outer, Length, Inner), of which the middle one is that axis.</summary>
/// <param name="Outer">Elements of the axes before it.</param>
/// <param name="Length">Its extent.</param>
/// <param name="Inner">Elements of the axes behind it: the step from one element of a line to the next.</param>
readonly record struct AxisLines(long Outer, int Length, long Inner)
{
    public static AxisLines Of(Shape shape, int axis)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= shape[i];
        for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return new(outer, shape[axis], inner);
    }
}
