using Ssgan.Engine;

namespace Ssgan.Gan.Algorithms;

public partial class AdversarialStep
{
    /// <inheritdoc/>
    protected override void Distributed(ICommunicator ranks) => _regularisation.Distribute(ranks);
}
