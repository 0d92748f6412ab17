namespace Ssgan.Engine.Serialization;

/// <summary>
/// A file of tensors that cannot be read or trusted: the message is one sentence naming the file and, where there is one, the
/// entry.
/// </summary>
public class TensorFileException : IOException
{
    const int NameLimit = 80;

    /// <summary>An error with its sentence and, where there is one, its cause.</summary>
    public TensorFileException(string message, Exception? inner = null) : base(message, inner) { }

    internal static TensorFileException File(string file, string what, Exception? inner = null) =>
        new(Sentence(file, what), inner);

    internal static TensorFileException Entry(string file, string entry, string what, Exception? inner = null) =>
        new(Sentence(file, entry, what), inner);

    private protected static string Sentence(string file, string what) => $"{file}: {what}.";

    private protected static string Sentence(string file, string entry, string what) => $"{file}: entry {Quote(entry)} {what}.";

    // A hostile file may hold a name of a hundred megabytes, which does not belong in a message.
    internal static string Quote(string name) => name.Length <= NameLimit ? $"'{name}'" : $"'{name.AsSpan(0, NameLimit)}...'";
}
