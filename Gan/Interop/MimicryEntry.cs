using Ssgan.Engine;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Interop;

/// <summary>One tensor of a Mimicry file and its twin here; the layouts differ by a permutation of axes.</summary>
sealed record MimicryEntry(string Key, long[] FileShape, Tensor Tensor)
{
    /// <summary>The file's values seen with these dimensions; null where the layouts agree.</summary>
    public int[]? Dims { get; init; }

    /// <summary>Our axis i is the file's axis Order[i].</summary>
    public int[] Order { get; init; } = [];

    /// <summary>For a u without a saved v: the weight, and the v to derive.</summary>
    public Tensor? Weight { get; init; }

    /// <summary>See <see cref="Weight"/>.</summary>
    public Tensor? DerivedV { get; init; }

    /// <summary>The same for <see cref="StateDict"/>.</summary>
    public StateEntry ToState(string prefix = "") => new(prefix + Key, Tensor)
    {
        FileShape = FileShape, FromFile = Dims is null ? null : FromFile, Converts = true,
        NonNegative = StateDict.IsVariance(Key),
    };

    public float[] FromFile(float[] values) => Dims is null ? values : Reorder(values, toFile: false);

    public float[] ToFile(float[] values) => Dims is null ? values : Reorder(values, toFile: true);

    float[] Reorder(float[] values, bool toFile)
    {
        int rank = Dims!.Length;
        var fileStrides = new int[rank];
        for (int i = rank - 1, stride = 1; i >= 0; stride *= Dims[i--]) fileStrides[i] = stride;
        var result = new float[values.Length];
        var index = new int[rank];
        for (int ours = 0; ours < values.Length; ours++)
        {
            int theirs = 0;
            for (int i = 0; i < rank; i++) theirs += index[i] * fileStrides[Order[i]];
            if (toFile) result[theirs] = values[ours];
            else result[ours] = values[theirs];
            for (int i = rank - 1; i >= 0 && ++index[i] == Dims[Order[i]]; i--) index[i] = 0;
        }
        return result;
    }
}
