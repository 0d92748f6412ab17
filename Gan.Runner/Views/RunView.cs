using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>What a run is, in words.</summary>
/// <param name="Folder">Where its files go.</param>
/// <param name="Data">The images.</param>
/// <param name="Networks">Sizes, device and arithmetic.</param>
sealed record RunFacts(string Folder, string Data, string Networks);

/// <summary>Shows a run while it trains.</summary>
interface IRunView : ITrainingObserver, IDisposable
{
    /// <summary>Runs the training under this view.</summary>
    TrainingOutcome Show(Func<TrainingOutcome> run);
}
