namespace Ssgan.Engine.Serialization;

/// <summary>
/// A safetensors file that cannot be trusted or written: the message is one sentence naming the file and, where there
/// is one, the entry.
/// </summary>
public sealed class SafetensorsException : TensorFileException
{
    /// <summary>An error with its sentence and, where there is one, its cause.</summary>
    public SafetensorsException(string message, Exception? inner = null) : base(message, inner) { }

    internal static new SafetensorsException File(string file, string what, Exception? inner = null) =>
        new(Sentence(file, what), inner);

    internal static new SafetensorsException Entry(string file, string entry, string what, Exception? inner = null) =>
        new(Sentence(file, entry, what), inner);
}
