namespace Ssgan.Engine;

/// <summary>In what one set of named tensors does not fit another, as a part of a sentence.</summary>
sealed class Misfits
{
    const int Shown = 4, NameLimit = 80;

    readonly List<string> _missing = [], _other = [], _unknown = [];

    /// <summary>A tensor that is wanted and not there.</summary>
    public void Missing(string name) => _missing.Add($"{Cut(name)} is missing");

    /// <summary>What is said of one that is there, but with another shape, type or value.</summary>
    public void Other(string sentence) => _other.Add(sentence);

    /// <summary>A tensor that is there and not wanted.</summary>
    public void Unknown(string name) => _unknown.Add($"{Cut(name)} is unknown");

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> All => [.. _missing, .. _other, .. _unknown];

    /// <summary>
    /// The first ones of each kind, and how many more there are: networks of two widths differ in every name, and a file may hold
    /// any number.
    /// </summary>
    public override string ToString() => string.Join("; ",
        [.. First(_missing, "missing"), .. First(_other, "different"), .. First(_unknown, "unknown")]);

    static List<string> First(List<string> all, string what) =>
        all.Count <= Shown ? all : [.. all.Take(Shown), $"{all.Count - Shown} more are {what}"];

    // A file may hold a name of a hundred megabytes.
    static string Cut(string name) => name.Length <= NameLimit ? name : name[..NameLimit] + "...";
}
