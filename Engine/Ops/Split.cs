namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>The part at a position of an axis, which goes; a position below zero counts from the end.</summary>
    /// <exception cref="ArgumentException">The axis or the position does not exist.</exception>
    public Tensor Select(int axis, int position)
    {
        int a = Guard.Axis("Select", Shape, axis), at = position < 0 ? position + Shape[a] : position;
        if ((uint)at >= (uint)Shape[a])
            throw new ArgumentException($"Select: position {position} does not exist on axis {axis} of shape {Shape}.");
        return Slice(a, at, 1).Squeeze(a);
    }

    /// <summary>Tensors of one shape side by side along a new axis.</summary>
    /// <exception cref="ArgumentException">No tensors, shapes or types differ, or there is no such place for an axis.</exception>
    public static Tensor Stack(IReadOnlyList<Tensor> parts, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Guard.Given([.. parts], nameof(parts));
        if (parts.Count == 0) throw new ArgumentException("Stack: no tensors were given.");
        foreach (var part in parts)
        {
            if (part.Shape != parts[0].Shape)
                throw new ArgumentException($"Stack: {part.Describe()} does not join {parts[0].Describe()}.");
        }
        return Concat([.. parts.Select(part => part.Unsqueeze(axis))], axis);
    }

    /// <summary>Parts of given extents along an axis, copied.</summary>
    /// <exception cref="ArgumentException">The axis does not exist, or the extents do not add up to it.</exception>
    public Tensor[] Split(int axis, params ReadOnlySpan<int> extents)
    {
        int a = Guard.Axis("Split", Shape, axis);
        long sum = 0;
        foreach (int extent in extents) sum += extent < 0 ? long.MinValue / 2 : extent;
        if (sum != Shape[a])
            throw new ArgumentException(
                $"Split: extents ({string.Join(", ", extents.ToArray())}) do not add up to axis {axis} of "
                + $"shape {Shape}.");
        var parts = new Tensor[extents.Length];
        for (int i = 0, start = 0; i < parts.Length; start += extents[i++]) parts[i] = Slice(a, start, extents[i]);
        return parts;
    }

    /// <summary>
    /// At most so many parts of equal extent along an axis, the last one perhaps smaller, copied. As torch.chunk: 6 elements in 4
    /// chunks are 3 of 2.
    /// </summary>
    /// <exception cref="ArgumentException">The axis does not exist, or the number is not positive.</exception>
    public Tensor[] Chunk(int axis, int chunks)
    {
        int a = Guard.Axis("Chunk", Shape, axis);
        if (chunks < 1) throw new ArgumentException($"Chunk: {chunks} is no number of chunks.");
        int extent = Math.Max(1, (int)((Shape[a] + (long)chunks - 1) / chunks));
        var parts = new Tensor[Math.Max(1, (Shape[a] + extent - 1) / extent)];
        for (int i = 0; i < parts.Length; i++) parts[i] = Slice(a, i * extent, Math.Min(extent, Shape[a] - i * extent));
        return parts;
    }
}
