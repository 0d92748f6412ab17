namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A course of the learning rate that programs can offer by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Create">The course from a start, the steps in all, and the finished steps from which it goes; one that does not
/// end leaves out the latter two.</param>
public sealed record ScheduleEntry(string Name, string Description, Func<float, long, long, Schedule> Create);

/// <summary>The courses of this library.</summary>
public static class ScheduleCatalog
{
    /// <summary>The course that goes nowhere.</summary>
    public const string Constant = "constant";

    /// <summary>All of them, the default one first.</summary>
    public static IReadOnlyList<ScheduleEntry> Entries { get; } =
    [
        new("linear", "a straight line to 0 at the last step",
            static (start, steps, from) => new LinearDecay(start, steps, from)),
        new(Constant, "the same rate throughout", static (start, _, _) => new ConstantRate(start)),
        new("cosine", "half a cosine to 0 at the last step",
            static (start, steps, from) => new CosineDecay(start, steps, from)),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(static e => e.Name)];

    /// <summary>The course of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ScheduleEntry Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Entries.FirstOrDefault(e => e.Name == name)
            ?? throw new ArgumentException($"There is no schedule \"{name}\"; there are {string.Join(", ", Names)}.");
    }
}
