namespace Ssgan.Gan.Data.Containers;

/// <summary>Some of other images, with labels of their own.</summary>
/// <param name="all">Which it owns.</param>
/// <param name="chosen">Their numbers among all.</param>
/// <param name="labels">One for each that is chosen, or none.</param>
internal sealed class ChosenImages(StoredImages all, int[] chosen, ImageLabels labels) : StoredImages
{
    internal override string Place => all.Place;

    internal override int Count => chosen.Length;

    internal override ImageLabels Labels { get; } = labels;

    internal override string? LeftOut => all.LeftOut;

    internal override string NameOf(int index) => all.NameOf(chosen[index]);

    internal override byte[] Read(int index) => all.Read(chosen[index]);

    internal override bool Decode(byte[] stored, int size, ImageFit fit, Span<byte> pixels, Lock large) =>
        all.Decode(stored, size, fit, pixels, large);

    public override void Dispose()
    {
        all.Dispose();
        base.Dispose();
    }
}
