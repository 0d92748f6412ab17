namespace Ssgan.Engine;

/// <summary>A leaf's part of a block of memory that gradients are gathered in.</summary>
/// <param name="place">The memory, of the leaf's shape.</param>
/// <param name="arrived">Told when a gradient is complete there.</param>
sealed class GradientPlace(Tensor place, Action arrived)
{
    /// <summary>Whether it is worth telling before the end of a backward that the gradient is complete.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>A handle on the place, which now has this gradient; zeros for one that vanishes identically.</summary>
    public Tensor Take(Tensor? gradient)
    {
        if (gradient is null) place.Backend.Fill(place.MutableView, 0);
        else place.CopyFrom(gradient);
        return place.Alias(place.Shape, null);
    }

    /// <summary>The gradient is complete, as far as this backward goes.</summary>
    public void Arrived() => arrived();
}
