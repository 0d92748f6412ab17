namespace Ssgan.Engine.Losses;

/// <summary>What becomes of the losses of single values or samples.</summary>
public enum Reduction
{
    /// <summary>Their mean, a scalar.</summary>
    Mean,
    /// <summary>Their sum, a scalar.</summary>
    Sum,
    /// <summary>They stay as they are.</summary>
    None,
}
