using System.Globalization;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// A part's "--name value" options. Every option given must be asked for, so that a misspelt one is not passed over.
/// </summary>
sealed class Arguments
{
    readonly Dictionary<string, string> _given = [];
    readonly HashSet<string> _known = [];

    /// <exception cref="KitException">Not pairs of a name and a value.</exception>
    public Arguments(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new KitException($"\"{args[i]}\" is no option; options are --name value.");
            if (i + 1 == args.Count) throw new KitException($"{args[i]} has no value.");
            _given[args[i][2..]] = args[i + 1];
        }
    }

    public string Text(string name, string otherwise)
    {
        _known.Add(name);
        return _given.GetValueOrDefault(name, otherwise);
    }

    public int Number(string name, int otherwise) => (int)Real(name, otherwise);

    public double Real(string name, double otherwise)
    {
        string text = Text(name, "");
        if (text.Length == 0) return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value
            : throw new KitException($"--{name} takes a number, not \"{text}\".");
    }

    /// <summary>Values separated by commas.</summary>
    public string[] List(string name, string otherwise) =>
        Text(name, otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public int[] Numbers(string name, string otherwise) => [.. List(name, otherwise).Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
            : throw new KitException($"--{name} takes whole numbers, not \"{text}\"."))];

    /// <exception cref="KitException">An option was given that no part of the code asked for.</exception>
    public void Finish()
    {
        if (_given.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new KitException($"There is no option --{unknown} here; there are "
                + $"{string.Join(", ", _known.Order().Select(static n => $"--{n}"))}.");
    }
}
