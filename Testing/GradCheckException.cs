namespace Ssgan.Testing;

/// <summary>A derivative is not what finite differences give. The message has the element and both values.</summary>
public sealed class GradCheckException(string message) : Exception(message);
