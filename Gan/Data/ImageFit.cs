namespace Ssgan.Gan.Data;

/// <summary>How a picture that is not square becomes one.</summary>
public enum ImageFit
{
    /// <summary>The centred square is cut out.</summary>
    Crop,
    /// <summary>The whole picture, with white beside or above and below it.</summary>
    Pad,
    /// <summary>The whole picture, its sides resized apart from each other.</summary>
    Stretch,
}
