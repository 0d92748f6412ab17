namespace Ssgan.Engine;

/// <summary>Ranks cannot work together (any more); the message says why, and names the rank where it is one's fault.</summary>
public sealed class CommunicatorException : Exception
{
    /// <param name="message">One sentence.</param>
    /// <param name="inner">What was met, if anything.</param>
    public CommunicatorException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
