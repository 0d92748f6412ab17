namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// What an average whose past loses half of its weight in so many images takes of each new value: 1 − 0.5^(images per step /
/// half-life), and so all of it at a half-life of 0 (as Huang et al. 2024, R3GAN, average).
/// </summary>
/// <param name="Images">The course of the half-life, in images.</param>
/// <param name="Batch">Images per step, positive.</param>
public sealed record HalfLife(Schedule Images, int Batch) : Schedule(RestOf(Given(Images).Start, Batch))
{
    /// <inheritdoc/>
    public override long From => Images.From;

    /// <inheritdoc/>
    public override bool IsConstant => Images.IsConstant;

    /// <inheritdoc/>
    public override string Course => $"follows a half-life that {Images.Course}";

    /// <inheritdoc/>
    public override float At(long finished) => RestOf(Images.At(finished), Batch);

    static float RestOf(float images, int batch) => images <= 0 ? 1 : (float)(1 - Math.Pow(0.5, batch / (double)images));

    static Schedule Given(Schedule images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images;
    }
}
