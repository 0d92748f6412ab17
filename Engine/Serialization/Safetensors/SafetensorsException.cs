namespace Ssgan.Engine.Serialization;

/// <summary>
/// A safetensors file that cannot be trusted or written: the message is one sentence naming the file and, where there
/// is one, the entry.
/// </summary>
public sealed class SafetensorsException : IOException
{
    const int NameLimit = 80;

    /// <summary>An error with its sentence and, where there is one, its cause.</summary>
    public SafetensorsException(string message, Exception? inner = null) : base(message, inner) { }

    internal static SafetensorsException File(string file, string what, Exception? inner = null) =>
        new($"{file}: {what}.", inner);

    internal static SafetensorsException Entry(string file, string entry, string what, Exception? inner = null) =>
        new($"{file}: entry {Quote(entry)} {what}.", inner);

    // A hostile header may hold a name of a hundred megabytes, which does not belong in a message.
    internal static string Quote(string name) => name.Length <= NameLimit ? $"'{name}'" : $"'{name.AsSpan(0, NameLimit)}...'";
}
