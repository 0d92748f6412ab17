using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>What a network says of images.</summary>
/// <param name="Features">A row for each image.</param>
/// <param name="Logits">The same of classes; null where the network tells none.</param>
public sealed record ImageFeatures(FeatureSet Features, FeatureSet? Logits);
