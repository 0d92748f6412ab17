namespace Ssgan.Benchmarks.Peers;

/// <summary>An engine that does the items.</summary>
interface ISide : IDisposable
{
    /// <summary>Versions of its libraries.</summary>
    IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>The ways of doing an item; the better one counts.</summary>
    IReadOnlyList<string> Variants(Item item);

    /// <summary>
    /// Makes the inputs of one way of doing an item. Each call of the result does the item once; inputs live until
    /// <see cref="Drop"/>.
    /// </summary>
    Action Prepare(Item item, string variant);

    /// <summary>Frees all inputs.</summary>
    void Drop();

    /// <summary>Null, or what is wrong with the side's own checks.</summary>
    string? Check();
}
