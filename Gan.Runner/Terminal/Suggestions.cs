using System.CommandLine;

namespace Ssgan.Runner.Terminal;

/// <summary>What someone who mistyped a command or an option probably meant.</summary>
static class Suggestions
{
    /// <summary>One sentence on the first word that a command line has too many.</summary>
    public static string Describe(ParseResult parsed, Command root)
    {
        string word = parsed.UnmatchedTokens[0].Split('=', 2)[0];
        var command = parsed.CommandResult.Command;
        bool isOption = word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);
        var owners = root.Subcommands.Where(c => isOption && c != command && c.Options.Any(o => o.Name == word))
            .Select(static c => c.Name).ToList();
        if (command == root)
        {
            string all = $"the commands are {Commands(root, "and")}";
            if (owners.Count > 0) return $"{word} comes after a command: ssgan {string.Join(" or ", owners)} {word}; {all}.";
            return Nearest(word, root.Subcommands.Select(static c => c.Name)) is { } near
                ? $"There is no command \"{word}\"; did you mean {near}? In all {all}."
                : $"There is no command \"{word}\"; {all}.";
        }
        string title = $"ssgan {command.Name}";
        if (!isOption)
            return $"{title} has no use for \"{word}\"; values follow their option, and names with spaces stand in quotes.";
        if (owners.Count > 0)
            return $"{word} is an option of {string.Join(" and ", owners)}, not of {command.Name}; "
                + $"{title} --help lists those it has.";
        return Nearest(word, command.Options.Concat(root.Options).Select(static o => o.Name)) is { } meant
            ? $"{title} has no option {word}; did you mean {meant}?"
            : $"{title} has no option {word}; {title} --help lists those it has.";
    }

    /// <summary>"train, sample or doctor": the names of all commands.</summary>
    public static string Commands(Command root, string last)
    {
        string[] names = [.. root.Subcommands.Select(static c => c.Name)];
        return $"{string.Join(", ", names[..^1])} {last} {names[^1]}";
    }

    /// <summary>"a, b, not "bb"; did you mean b?": the end of a sentence on a word that is none of several.</summary>
    public static string NotAmong(IReadOnlyList<string> names, string word)
    {
        string meant = Nearest(word, names) is { } near ? $"; did you mean {near}?" : ".";
        return $"{string.Join(", ", names)}, not \"{word}\"{meant}";
    }

    /// <summary>
    /// The name that is fewest slips away from a word; null where all are far. A third of the letters may be wrong, or the end
    /// missing.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        string typed = Letters(word);
        string? best = null;
        double least = Math.Max(1, typed.Length / 3);
        foreach (string name in names)
        {
            string letters = Letters(name);
            // --checkpoint for --checkpoint-every and --output for --out are no slips; what is nearer by slips still wins.
            bool begins = Math.Min(typed.Length, letters.Length) >= 3
                && (letters.StartsWith(typed, StringComparison.Ordinal) || typed.StartsWith(letters, StringComparison.Ordinal));
            double distance = begins ? Math.Min(1, Slips(typed, letters)) - 0.5 : Slips(typed, letters);
            if (distance > least || (distance == least && best is not null)) continue;
            (best, least) = (name, distance);
        }
        return best;
    }

    static string Letters(string name) => name.TrimStart('-').ToLowerInvariant().Replace('_', '-');

    /// <summary>Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).</summary>
    static int Slips(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
