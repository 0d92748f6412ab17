namespace Ssgan.Gan.Data;

/// <summary>
/// A dataset, or another file that is brought like one, is missing, damaged or unreadable. The message is one sentence that names
/// the file or option.
/// </summary>
public sealed class DatasetException(string message, Exception? inner = null) : Exception(message, inner);
