namespace Ssgan.Gan.Metrics;

/// <summary>A score cannot be computed, or a receipt not be read. The message is one sentence.</summary>
public sealed class MetricException(string message, Exception? inner = null) : Exception(message, inner);
