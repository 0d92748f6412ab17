using System.Text.Json;

namespace Ssgan.Gan.Training;

/// <summary>What is wrong with a JSON text, in one line.</summary>
static class JsonErrors
{
    /// <summary>
    /// The place, and the reader's reason up to the first line break (it may quote the text, which has its own).
    /// </summary>
    public static string Describe(JsonException error)
    {
        string reason = error.Message.Split('\n', 2)[0].Trim();
        int details = reason.IndexOf(" Path: ", StringComparison.Ordinal);
        if (details > 0) reason = reason[..details];
        int place = reason.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        if (place > 0) reason = reason[..place];
        // The reader speaks of .NET's types, which the file's owner does not know.
        if (reason.Contains(" could not be mapped to any .NET member", StringComparison.Ordinal))
            reason = "there is nothing of this name";
        else if (reason.Contains(" could not be converted to ", StringComparison.Ordinal))
            reason = "the value is of another kind or out of range";
        else if (reason.StartsWith("Duplicate property ", StringComparison.Ordinal))
            reason = $"{Quoted(reason)} stands twice";
        else if (reason.Contains(" was missing required properties", StringComparison.Ordinal))
            reason = $"{Quoted(reason[reason.LastIndexOf(": ", StringComparison.Ordinal)..])} is missing";
        else if (reason.Contains("doesn't allow null values", StringComparison.Ordinal)) reason = "it may not be null";
        else if (reason.StartsWith("The input does not contain any JSON tokens", StringComparison.Ordinal))
            reason = "the file is empty";
        if (error.LineNumber is { } line) return $"at {error.Path ?? "$"}, line {line + 1}: {reason}";
        return error.Path is { } path ? $"at {path}: {reason}" : reason;
    }

    /// <summary>The first name in single quotes.</summary>
    static string Quoted(string text) => text.Split('\'') is [_, var name, ..] ? name : "a member";
}
