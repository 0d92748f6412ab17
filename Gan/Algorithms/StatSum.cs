using System.Text.Json.Serialization;

namespace Ssgan.Gan.Algorithms;

/// <summary>One metric's partial sum.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Sum">The sum.</param>
/// <param name="Count">How many values it is of.</param>
/// <param name="Lost">What rounding lost of it; 0 in a checkpoint that was written before sums kept it.</param>
public sealed record StatSum(string Name, float Sum, long Count, float Lost = 0)
{
    /// <summary>Both parts together.</summary>
    [JsonIgnore]
    public double Value => (double)Sum + Lost;
}
