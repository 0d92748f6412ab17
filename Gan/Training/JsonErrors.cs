using System.Text.Json;

namespace Ssgan.Gan.Training;

/// <summary>What is wrong with a JSON text, in one line.</summary>
static class JsonErrors
{
    /// <summary>The place, and the reader's reason up to the first line break (it may quote the text, which has its own).</summary>
    public static string Describe(JsonException error)
    {
        string reason = error.Message.Split('\n', 2)[0].Trim();
        int details = reason.IndexOf(" Path: ", StringComparison.Ordinal);
        if (details > 0) reason = reason[..details];
        return error.LineNumber is { } line ? $"at {error.Path ?? "$"}, line {line + 1}: {reason}" : reason;
    }
}
