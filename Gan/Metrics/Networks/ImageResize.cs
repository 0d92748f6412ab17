namespace Ssgan.Gan.Metrics.Networks;

/// <summary>How images are brought to the size that a network takes. Scores of different ways are not comparable.</summary>
public enum ImageResize
{
    /// <summary>
    /// TensorFlow 1's bilinear: output i is read at i·in/out, without half-pixel centres and without antialiasing.
    /// </summary>
    TensorFlow,

    /// <summary>
    /// pytorch-fid's bilinear: output i is read at (i + ½)·in/out − ½, at least 0, without antialiasing.
    /// </summary>
    PytorchFid,

    /// <summary>
    /// clean-fid's (Parmar et al. 2022): Pillow's antialiased bicubic of each channel as floats, which are not rounded to bytes
    /// but clipped to [0, 255].
    /// </summary>
    Clean,
}
