using System.Text;
using System.Text.Json;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>One value of a configuration file.</summary>
/// <param name="Section">The object that it stands in; null at the top.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A text or a number as it stands there, "true" or "false"; the JSON of anything else.</param>
/// <param name="Line">The line of its name, from 1.</param>
sealed record ConfigMember(string? Section, string Name, JsonTokenType Kind, string Text, int Line)
{
    /// <summary>The value as JSON.</summary>
    public string Json => Kind == JsonTokenType.String ? $"\"{JsonEncodedText.Encode(Text)}\"" : Text;
}

/// <summary>
/// The members of a configuration file, with their lines: JSON, in which comments and trailing commas are allowed, of values and
/// of sections of values.
/// </summary>
static class ConfigText
{
    // A saved configuration has about 2 KB; people write comments.
    const long Largest = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is missing, too long or no such JSON, or has a value twice; the message says
    /// where.</exception>
    public static IReadOnlyList<ConfigMember> Read(string file)
    {
        if (Directory.Exists(file)) throw new UsageException($"--config takes a file, and {file} is a folder.");
        if (!File.Exists(file)) throw new UsageException($"There is no configuration {file}.");
        long length = new FileInfo(file).Length;
        if (length > Largest) throw new UsageException($"{file} has {length:N0} bytes, far more than a configuration.");
        return Parse(File.ReadAllBytes(file), file);
    }

    /// <summary>The same of bytes.</summary>
    /// <param name="bytes">UTF-8, with or without a mark.</param>
    /// <param name="source">What messages call them.</param>
    public static IReadOnlyList<ConfigMember> Parse(byte[] bytes, string source)
    {
        ReadOnlySpan<byte> text = bytes;
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        var reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        });
        var members = new List<ConfigMember>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new UsageException($"{source} is no configuration: that is a JSON object, {{ ... }}.");
            ReadObject(ref reader, text, null, members);
            // Throws for what follows the object.
            reader.Read();
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber: ", 2)[0].ReplaceLineEndings(" ");
            throw new UsageException($"{source}, line {e.LineNumber + 1}: {reason}", e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for half a surrogate pair or broken UTF-8 in a text.
            throw new UsageException($"{source}, line {Line(text, (int)reader.TokenStartIndex)}: {e.Message}", e);
        }
        if (members.GroupBy(static m => m.Name).FirstOrDefault(static g => g.Count() > 1)?.ToList() is { } twice)
            throw new UsageException($"{source} has {twice[0].Name} twice, in lines {twice[0].Line} and {twice[1].Line}.");
        return members;
    }

    static void ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, string? section, List<ConfigMember> members)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            int line = Line(text, (int)reader.TokenStartIndex);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && section is null)
            {
                ReadObject(ref reader, text, name, members);
                continue;
            }
            var kind = reader.TokenType;
            int start = (int)reader.TokenStartIndex;
            string value = kind == JsonTokenType.String ? reader.GetString()! : "";
            reader.Skip();
            if (kind != JsonTokenType.String) value = Encoding.UTF8.GetString(text[start..(int)reader.BytesConsumed]);
            members.Add(new(section, name, kind, value, line));
        }
    }

    static int Line(ReadOnlySpan<byte> text, int at) => text[..at].Count((byte)'\n') + 1;
}
