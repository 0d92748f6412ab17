using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Ssgan.Gan.Data;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>Options whose errors are sentences.</summary>
static class OptionKinds
{
    // Of an option that stands twice the last value counts, so that a script's can be overridden at its end. Each takes one value
    // all the same.
    static readonly ArgumentArity s_last = ArgumentArity.OneOrMore, s_lastOrNone = ArgumentArity.ZeroOrMore;

    /// <summary>The option of a setting; its value is a text that the setting takes.</summary>
    public static Option<string> Of(SettingText setting)
    {
        if (setting.Choices.Count > 0) return Choice(setting.Option, setting.Description, [.. setting.Choices]);
        bool isSwitch = setting.Kind is null;
        return new Option<string>(setting.Option)
        {
            Description = setting.Description,
            HelpName = setting.Kind ?? "on|off",
            Arity = isSwitch ? s_lastOrNone : s_last,
            CustomParser = result =>
            {
                string? text = !isSwitch ? Last(result, setting.Option) : result.Tokens.Count == 0 ? "on"
                    : result.Tokens[^1].Value switch { "true" => "on", "false" => "off", var other => other };
                if (text is null || setting.Accepts(text)) return text;
                string kind = setting.Takes
                    ?? setting.Kind switch { "N" => "a whole number", "X" => "a number", _ => "on or off" };
                string problem = isSwitch || setting.Takes is not null ? $"not \"{text}\"."
                    : $"and \"{text}\" is none or is out of range.";
                result.AddError($"{setting.Option} takes {kind}, {problem}");
                return null;
            },
        };
    }

    public static Option<T> Number<T>(string name, string description) where T : INumber<T>
    {
        bool whole = T.IsInteger(T.One / (T.One + T.One));
        return new Option<T>(name)
        {
            Description = description,
            HelpName = whole ? "N" : "X",
            Arity = s_last,
            CustomParser = result =>
            {
                if (Last(result, name) is not { } text) return default;
                var style = whole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
                if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var value)) return value;
                result.AddError(
                    $"{name} takes a {(whole ? "whole number" : "number")}, and \"{text}\" is none or is out of range.");
                return default;
            },
        };
    }

    public static Option<string> Text(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = s_last,
        CustomParser = result =>
        {
            if (Last(result, name) is not { } text) return null;
            if (text.Trim().Length == 0) result.AddError($"{name} is empty.");
            return text;
        },
    };

    /// <summary>An option that may stand several times, and all of whose values count.</summary>
    public static Option<string[]> Texts(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = s_last,
        CustomParser = result =>
        {
            if (Last(result, name) is null) return null;
            string[] texts = [.. result.Tokens.Select(static t => t.Value)];
            if (texts.Any(static t => t.Trim().Length == 0)) result.AddError($"{name} is empty.");
            return texts;
        },
    };

    public static Option<string> Choice(string name, string description, params string[] values) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', values),
        Arity = s_last,
        CustomParser = result =>
        {
            if (Last(result, name) is not { } text) return null;
            if (values.Contains(text)) return text;
            result.AddError($"{name} takes one of {Suggestions.NotAmong(values, text)}");
            return text;
        },
    };

    /// <summary>Which weights of a generator to take; <see cref="IsAveraged"/> reads it.</summary>
    public static Option<string> Averaged() => Choice("--ema",
        "Whether to take the averaged weights; auto, the default, takes them where there are any.", "auto", "on", "off");

    /// <summary>Whether averaged weights are asked for; null where that is left open.</summary>
    public static bool? IsAveraged(this ParseResult parsed, Option<string> averaged) =>
        parsed.Pick(averaged, "auto") switch { "on" => true, "off" => false, _ => null };

    /// <summary>What the words of --fit stand for.</summary>
    public static ImageFit Fit(string word) => word switch
    {
        "pad" => ImageFit.Pad,
        "stretch" => ImageFit.Stretch,
        _ => ImageFit.Crop,
    };

    /// <summary>Refuses a picture that is not named as one.</summary>
    /// <exception cref="UsageException">Its name has another ending.</exception>
    public static void CheckPng(string name, string file)
    {
        if (!file.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"{name} is {file}; the picture is a PNG, so name it .png.");
    }

    public static Option<bool> Switch(string name, string description) => new(name)
    {
        Description = description,
        Arity = s_lastOrNone,
        CustomParser = static result => result.Tokens.Count == 0 || bool.Parse(result.Tokens[^1].Value),
    };

    /// <summary>The value that counts; null, and an error, where the end or another option stands in the place of one.</summary>
    static string? Last(ArgumentResult result, string name)
    {
        string? option = result.Tokens.Select(static t => t.Value).FirstOrDefault(static v => v.StartsWith("--",
            StringComparison.Ordinal));
        bool ends = result.Parent is OptionResult uses && uses.IdentifierTokenCount > result.Tokens.Count;
        if (option is null && !ends) return result.Tokens[^1].Value;
        result.AddError(option is null ? $"{name} lacks its value." : $"{name} lacks its value; {option} stands in its place.");
        return null;
    }

    /// <summary>Whether an option stands on the command line.</summary>
    public static bool Has(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>An option's value where it stands on the command line, else the other value.</summary>
    public static T Pick<T>(this ParseResult parsed, Option<T> option, T otherwise) =>
        parsed.Has(option) ? parsed.GetValue(option)! : otherwise;
}
