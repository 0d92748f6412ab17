namespace Ssgan.Testing;

/// <summary>A derivative is not what finite differences give. The message has the element, what was expected and what came.</summary>
public sealed class GradCheckException(string message) : Exception(message);
