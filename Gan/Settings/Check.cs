using System.Globalization;

namespace Ssgan.Gan.Settings;

/// <summary>A setting is out of range, or a run cannot start or go on. The message is one sentence for the user.</summary>
public class TrainingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Checks values of a configuration, and names the one that is out of range.</summary>
/// <param name="nameOf">From a value's name in config.json to what its owner calls it; null keeps that name.</param>
public sealed class Check(Func<string, string>? nameOf = null)
{
    /// <summary>What a value's owner calls it.</summary>
    public string NameOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return nameOf?.Invoke(key) ?? key;
    }

    /// <summary>Throws unless the value is good.</summary>
    /// <param name="good">Whether it is.</param>
    /// <param name="key">Its name in config.json.</param>
    /// <param name="problem">What follows "NAME is ".</param>
    /// <exception cref="TrainingException">It is not.</exception>
    public void That(bool good, string key, string problem)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(problem);
        if (!good) throw new TrainingException($"{NameOf(key)} is {problem}.");
    }

    /// <summary>Throws unless the value lies in [0, 1).</summary>
    public void Share(double value, string key) => That(value is >= 0 and < 1, key, $"{Text(value)}; it must lie in [0, 1)");

    /// <summary>Throws unless the value is finite and not negative.</summary>
    public void Weight(double value, string key) =>
        That(double.IsFinite(value) && value >= 0, key, $"{Text(value)}; it must be finite, 0 or more");

    /// <summary>A number in a message.</summary>
    public static string Text(double value) => value.ToString("G7", CultureInfo.InvariantCulture);
}
