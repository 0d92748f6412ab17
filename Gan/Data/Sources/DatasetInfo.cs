namespace Ssgan.Gan.Data.Sources;

/// <summary>What is known of a set that has a name.</summary>
public sealed class DatasetInfo
{
    internal DatasetInfo(Dataset set) => (Name, Description, Address, Licence, Size) =
        (set.Name, set.Description, set.Origin?.Address, set.Origin?.Licence, set.Origin?.Size);

    /// <summary>As users write it.</summary>
    public string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Description { get; }

    /// <summary>Its publisher's page; null where it is made and not read.</summary>
    public string? Address { get; }

    /// <summary>Its terms, as its publisher states them; null where it is made.</summary>
    public string? Licence { get; }

    /// <summary>About how much is fetched; null where it is made.</summary>
    public string? Size { get; }
}
