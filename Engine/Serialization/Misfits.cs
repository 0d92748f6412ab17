namespace Ssgan.Engine.Serialization;

/// <summary>What is wrong with a set of names, as a part of a sentence.</summary>
static class Misfits
{
    const int Shown = 8;

    /// <summary>The first ones, and how many more there are: networks of another width differ in every name.</summary>
    public static string Join(IReadOnlyCollection<string> problems) => string.Join("; ", problems.Take(Shown))
        + (problems.Count > Shown ? $"; and {problems.Count - Shown} more" : "");
}
