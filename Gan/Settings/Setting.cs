using System.Globalization;
using System.Numerics;

namespace Ssgan.Gan.Settings;

/// <summary>
/// One value of a configuration: its name in config.json, the console option that sets it, and how it is read and written as
/// text. A settings record lists its own beside its properties, so that programs know options of records they never heard of.
/// </summary>
/// <typeparam name="T">The record that holds the value.</typeparam>
public sealed class Setting<T>
{
    internal Setting(SettingText text, Func<T, string> read, Func<T, string, T> write) =>
        (Text, Read, Write) = (text, read, write);

    /// <summary>Names and kind.</summary>
    public SettingText Text { get; }

    /// <summary>The value as its option takes it.</summary>
    public Func<T, string> Read { get; }

    /// <summary>The record with the value that a text names.</summary>
    /// <exception cref="FormatException">It names none; see <see cref="SettingText.Accepts"/>.</exception>
    public Func<T, string, T> Write { get; }

    /// <summary>The same value in a record that holds this one as a part.</summary>
    /// <param name="part">From the whole to the part.</param>
    /// <param name="put">The whole with another part.</param>
    public Setting<TWhole> In<TWhole>(Func<TWhole, T> part, Func<TWhole, T, TWhole> put)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(put);
        return new(Text, whole => Read(part(whole)), (whole, text) => put(whole, Write(part(whole), text)));
    }
}

/// <summary>What a console needs to know of a setting.</summary>
/// <param name="Key">The name in config.json, "learningRate".</param>
/// <param name="Option">The console's name, "--lr".</param>
/// <param name="Kind">What values look like: "N" a whole number, "X" any number, "A|B" one of several words; null
/// for a switch, which stands for "on".</param>
/// <param name="Description">One or two sentences.</param>
/// <param name="Accepts">Whether a text names a value.</param>
public sealed record SettingText(string Key, string Option, string? Kind, string Description, Func<string, bool> Accepts)
{
    /// <summary>The words of a choice; empty for other kinds.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What it takes, in words, where neither its kind nor its choices say so; else null.</summary>
    public string? Takes { get; init; }
}

/// <summary>Makes settings of each kind.</summary>
public static class Setting
{
    /// <summary>A number.</summary>
    public static Setting<T> Number<T, TValue>(string key, string option, string description, Func<T, TValue> get,
        Func<T, TValue, T> with) where TValue : struct, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(with);
        bool whole = TValue.IsInteger(TValue.One / (TValue.One + TValue.One));
        var style = whole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return new(Describe(key, option, whole ? "N" : "X", description, text => Parse(text, out _)),
            o => get(o).ToString(null, CultureInfo.InvariantCulture),
            (o, text) => Parse(text, out var value) ? with(o, value) : throw Refused(option, text));

        bool Parse(string text, out TValue value) => TValue.TryParse(text, style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>One of several words.</summary>
    public static Setting<T> Choice<T, TValue>(string key, string option, string description,
        IReadOnlyList<(string Word, TValue Value)> choices, Func<T, TValue> get, Func<T, TValue, T> with)
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(with);
        string[] words = [.. choices.Select(static c => c.Word)];
        var text = Describe(key, option, string.Join('|', words), description, words.Contains) with { Choices = words };
        return new(text, Word, (o, word) => words.Contains(word)
            ? with(o, choices.First(c => c.Word == word).Value) : throw Refused(option, word));

        // A value that no word names, as a file can have it, is for validation to refuse.
        string Word(T o) => choices.FirstOrDefault(c => EqualityComparer<TValue>.Default.Equals(c.Value, get(o))).Word
            ?? $"{get(o)}";
    }

    /// <summary>A text of a form of its own.</summary>
    /// <param name="key">The name in config.json.</param>
    /// <param name="option">The console's name.</param>
    /// <param name="kind">What values look like.</param>
    /// <param name="description">One or two sentences.</param>
    /// <param name="takes">What it takes, in words.</param>
    /// <param name="accepts">Whether a text is one.</param>
    /// <param name="get">The value.</param>
    /// <param name="with">The record with another.</param>
    public static Setting<T> Text<T>(string key, string option, string kind, string description, string takes,
        Func<string, bool> accepts, Func<T, string> get, Func<T, string, T> with)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(takes);
        ArgumentNullException.ThrowIfNull(accepts);
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(with);
        return new(Describe(key, option, kind, description, accepts) with { Takes = takes }, get,
            (o, text) => accepts(text) ? with(o, text) : throw Refused(option, text));
    }

    /// <summary>Off, or on where the option stands.</summary>
    public static Setting<T> Switch<T>(string key, string option, string description, Func<T, bool> get, Func<T, bool, T> with)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(with);
        return new(Describe(key, option, null, description, static text => text is "on" or "off"),
            o => get(o) ? "on" : "off",
            (o, text) => text is "on" or "off" ? with(o, text == "on") : throw Refused(option, text));
    }

    static SettingText Describe(string key, string option, string? kind, string description, Func<string, bool> accepts)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(description);
        return new(key, option, kind, description, accepts);
    }

    static FormatException Refused(string option, string text) => new($"{option} does not take \"{text}\".");
}
