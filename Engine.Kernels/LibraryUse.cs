namespace Ssgan.Engine.Kernels;

/// <summary>Where a library was found, or where it was looked for.</summary>
/// <param name="Path">The file or name that was loaded; null where none could be.</param>
/// <param name="Tried">Every name and folder that was tried, in order.</param>
public sealed record LibraryLookup(string? Path, IReadOnlyList<string> Tried);

/// <summary>A library that a device is faster with.</summary>
/// <param name="Name">In one word: "cublas".</param>
/// <param name="Use">What it computes: "matrix products".</param>
/// <param name="Lookup">Where it is.</param>
/// <param name="Version">Such as "12.4.5"; null where it is missing or cannot be used, and the engine's own kernels do its
/// work.</param>
public sealed record LibraryUse(string Name, string Use, LibraryLookup Lookup, string? Version);
