namespace Ssgan.Gan.Data.Sources;

/// <summary>What is known of a set that has a name.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Address">Its publisher's page; null where it is made and not read.</param>
/// <param name="Licence">Its terms, as its publisher states them.</param>
/// <param name="Size">About how much is fetched.</param>
public sealed record DatasetInfo(string Name, string Description, string? Address, string? Licence, string? Size);
