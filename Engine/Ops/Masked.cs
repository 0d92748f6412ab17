using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// What a Bool mask of this shape, or of its first axes, selects: (number of trues, the other axes), row-major. The mask is
    /// read back, because the result's shape depends on it: this waits for the device, and cannot be captured.
    /// </summary>
    /// <exception cref="ArgumentException">The mask is not Bool, or its shape is not this one's or the beginning of
    /// it.</exception>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public Tensor this[Tensor mask]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(mask);
            Guard.Type("Index", mask, DType.Bool);
            Guard.SameDevice("Index", this, mask);
            int axes = mask.Shape.Rank, rank = Shape.Rank;
            bool fits = axes > 0 && axes <= rank;
            for (int i = 0; fits && i < axes; i++) fits = mask.Shape[i] == Shape[i];
            if (!fits) throw new ArgumentException($"Index: a mask {mask.Shape} does not begin the shape {Shape}.");
            if (mask.Count > int.MaxValue)
                throw new ArgumentException($"Index: a mask {mask.Shape} has more than {int.MaxValue} elements.");
            bool[] chosen = mask.ToArray<bool>();
            var places = new List<int>();
            for (int i = 0; i < chosen.Length; i++) if (chosen[i]) places.Add(i);
            Span<int> dims = stackalloc int[rank - axes + 1];
            dims[0] = chosen.Length;
            for (int i = axes; i < rank; i++) dims[i - axes + 1] = Shape[i];
            var indices = Device.From(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(places), new Shape(places.Count));
            return Reshape(new Shape(dims)).IndexSelect(0, indices);
        }
    }

    /// <summary>A value where a Bool mask, which broadcasts with this, is true; no gradient flows there.</summary>
    /// <exception cref="ArgumentException">The mask is not Bool, this no F32 or BF16, or the shapes do not broadcast.</exception>
    public Tensor MaskedFill(Tensor mask, float value)
    {
        ArgumentNullException.ThrowIfNull(mask);
        Guard.Type("MaskedFill", mask, DType.Bool);
        return Where(mask, Device.Full(new Shape(), value, Type), this);
    }

    /// <summary>
    /// Matrices (…, R, C) with 0 above a diagonal, that many columns to the right of the main one. torch.tril.
    /// </summary>
    /// <exception cref="ArgumentException">The rank is below 2.</exception>
    public Tensor LowerTriangle(int diagonal = 0)
    {
        var (rows, columns) = Places("LowerTriangle");
        return ReluGrad(this, columns.LessOrEqual(rows.Affine(1, diagonal)).Cast(DType.F32));
    }

    /// <summary>
    /// Matrices (…, R, C) with 0 below a diagonal, that many columns to the right of the main one. torch.triu.
    /// </summary>
    /// <exception cref="ArgumentException">The rank is below 2.</exception>
    public Tensor UpperTriangle(int diagonal = 0)
    {
        var (rows, columns) = Places("UpperTriangle");
        return ReluGrad(this, columns.GreaterOrEqual(rows.Affine(1, diagonal)).Cast(DType.F32));
    }

    (Tensor Rows, Tensor Columns) Places(string name)
    {
        if (Shape.Rank < 2) throw new ArgumentException($"{name}: {Shape} is no matrix.");
        Guard.Mapped(name, this);
        return (Positions(Device, Shape[-2]).Unsqueeze(1), Positions(Device, Shape[-1]));
    }
}
