using Ssgan.Engine.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Interop;

/// <summary>Which network a file holds, told from its names and shapes.</summary>
public static partial class MimicryWeights
{
    /// <summary>The architecture of the generator in a file; the discriminator's half has the published widths.</summary>
    /// <inheritdoc cref="ArchitectureOf(SafetensorsFile, string)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Architecture ArchitectureOf(string path, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = SafetensorsFile.Open(path);
        return ArchitectureOf(file, prefix);
    }

    /// <summary>The architecture of the generator in a file; the discriminator's half has the published widths.</summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="prefix">What the generator's names begin with.</param>
    /// <exception cref="WeightsException">It holds no such generator.</exception>
    /// <exception cref="SafetensorsException">The file is damaged.</exception>
    public static Architecture ArchitectureOf(SafetensorsFile file, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        bool hasEnds = file.TryGet($"{prefix}l1.weight", out var first) & file.TryGet($"{prefix}block2.b1.weight", out var norm);
        if (!hasEnds || first!.Shape.Length != 2 || norm!.Shape.Length != 1 || norm.Count == 0)
        {
            throw new WeightsException(
                $"{Place(file, prefix)} is no generator with Mimicry's names: {prefix}l1.weight (rows, latent) and "
                + $"{prefix}block2.b1.weight (channels) are needed.");
        }
        int blocks = Count(file, n => $"{prefix}block{n + 2}.b1.weight");
        long start = (long)Math.Round(Math.Sqrt((double)first.Shape[0] / norm.Count)), size = blocks < 8 ? start << blocks : 0;
        if (!Architecture.Sizes.Contains((int)Math.Min(size, int.MaxValue)))
        {
            throw new WeightsException($"{Place(file, prefix)} is a generator that starts at {start}x{start} and doubles "
                + $"{blocks} times, which is none of the sizes {string.Join(", ", Architecture.Sizes)}.");
        }
        return Published(file, prefix, (int)size, (int)Math.Min(norm.Count, int.MaxValue), 0)
            with { Latent = (int)Math.Min(first.Shape[1], int.MaxValue) };
    }

    /// <summary>What the discriminator in a file needs to be made: its shapes and its options.</summary>
    /// <inheritdoc cref="DiscriminatorOf(SafetensorsFile, string, int)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (Architecture Architecture, DiscriminatorOptions Options) DiscriminatorOf(string path, string prefix = "",
        int size = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = SafetensorsFile.Open(path);
        return DiscriminatorOf(file, prefix, size);
    }

    /// <summary>
    /// What the discriminator in a file needs to be made: its shapes (the generator's half has the published widths), and whether
    /// it has a rotation head and spectral norm. One without spectral norm is taken for WGAN-GP's, whose heads see the mean over
    /// the pixels (with l5 at 48 pixels for DCGAN's: the sum), for a file does not say.
    /// </summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="prefix">What the discriminator's names begin with.</param>
    /// <param name="size">
    /// The image side, where it is known; 0 asks the file. WGAN-GP's discriminators of 48 and of 64 pixels have the same names
    /// and shapes: there it is needed.
    /// </param>
    /// <exception cref="WeightsException">It holds no such discriminator, or one of another size.</exception>
    /// <exception cref="SafetensorsException">The file is damaged.</exception>
    public static (Architecture Architecture, DiscriminatorOptions Options) DiscriminatorOf(SafetensorsFile file,
        string prefix = "", int size = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        int blocks = Count(file, n => $"{prefix}block{n + 1}.c1.bias");
        int[] heads = [.. Enumerable.Range(5, 3).Where(n => file.TryGet($"{prefix}l{n}.bias", out _))];
        if (heads is not [int head] || !file.TryGet($"{prefix}block{blocks}.c2.bias", out var last) || last.Shape.Length != 1
            || last.Count == 0)
        {
            throw new WeightsException($"{Place(file, prefix)} is no discriminator with Mimicry's names: {prefix}block1.c1.bias "
                + $"and one of {prefix}l5.bias, l6.bias and l7.bias are needed.");
        }
        bool spectral = file.TryGet($"{prefix}block1.c1.weight_orig", out _);
        int told = (blocks, head) switch
        {
            (4, 5) => 32,
            (5, 5) => 48,
            (5, 6) when spectral => 64,
            (5, 6) when size is 48 or 64 => size,
            (5, 6) => throw new WeightsException($"{Place(file, prefix)} is a discriminator of 48x48 or of 64x64 images, whose "
                + "names and shapes are the same: one of the two sizes must be given."),
            (6, 7) => 128,
            _ => throw new WeightsException($"{Place(file, prefix)} is a discriminator with {blocks} blocks and l{head}, which "
                + $"is none of the sizes {string.Join(", ", Architecture.Sizes)}."),
        };
        if (size != 0 && told != size)
            throw new WeightsException($"{Place(file, prefix)} is for images of {told}x{told}, not {size}x{size}.");
        var architecture = Published(file, prefix, told, 0, (int)Math.Min(last.Shape[0], int.MaxValue)) with
        {
            LogitsName = $"l{head}", HeadsIterateInEvaluation = file.TryGet($"{prefix}l{head}.sn_u", out _),
        };
        bool sums = spectral || (told, head) == (48, 5);
        return (architecture, new DiscriminatorOptions
        {
            RotationClasses = file.TryGet($"{prefix}l_y.bias", out var turns) ? (int)Math.Min(turns.Count, int.MaxValue) : 0,
            SpectralNorm = spectral,
            Pooling = sums ? PixelPooling.Sum : PixelPooling.Mean,
        });
    }

    static Architecture Published(SafetensorsFile file, string prefix, int size, int ngf, int ndf)
    {
        try
        {
            return Architecture.For(size, ngf, ndf);
        }
        catch (ArgumentException e)
        {
            throw new WeightsException($"{Place(file, prefix)} has a width that no published network has: {e.Message}", e);
        }
    }

    static int Count(SafetensorsFile file, Func<int, string> name)
    {
        int count = 0;
        while (file.TryGet(name(count), out _)) count++;
        return count;
    }

    static string Place(SafetensorsFile file, string prefix) =>
        prefix.Length == 0 ? $"What {file.Name} holds" : $"What {file.Name} holds under {prefix}";
}
