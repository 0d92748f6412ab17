using Ssgan.Engine.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Interop;

/// <summary>Which network a file holds, told from its names and shapes.</summary>
public static partial class MimicryWeights
{
    /// <summary>The architecture of the generator in a file; the discriminator's half has the published widths.</summary>
    /// <inheritdoc cref="ArchitectureOf(TensorFile, string)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Architecture ArchitectureOf(string path, string prefix = "") => GeneratorOf(path, prefix).Architecture;

    /// <summary>The architecture of the generator in a file; the discriminator's half has the published widths.</summary>
    /// <inheritdoc cref="GeneratorOf(TensorFile, string)"/>
    public static Architecture ArchitectureOf(TensorFile file, string prefix = "") =>
        GeneratorOf(file, prefix).Architecture;

    /// <summary>What the generator in a file needs to be made: its shapes and its options.</summary>
    /// <inheritdoc cref="GeneratorOf(TensorFile, string)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (Architecture Architecture, GeneratorOptions Options) GeneratorOf(string path, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = WeightsFile.Open(path);
        return GeneratorOf(file, prefix);
    }

    /// <summary>
    /// What the generator in a file needs to be made: its shapes (the discriminator's half has the published widths), how many
    /// classes it knows, and whether it has spectral norm and self-attention.
    /// </summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="prefix">What the generator's names begin with.</param>
    /// <exception cref="WeightsException">It holds no such generator.</exception>
    /// <exception cref="TensorFileException">The file is damaged.</exception>
    public static (Architecture Architecture, GeneratorOptions Options) GeneratorOf(TensorFile file, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        bool spectral = file.TryGet($"{prefix}l1.weight_orig", out var first);
        bool hasEnds = (spectral || file.TryGet($"{prefix}l1.weight", out first))
            & (file.TryGet($"{prefix}block2.b1.weight", out var norm)
                || file.TryGet($"{prefix}block2.b1.bn.running_mean", out norm));
        if (!hasEnds || first!.Shape.Length != 2 || norm!.Shape.Length != 1 || norm.Count == 0)
        {
            throw new WeightsException(
                $"{Place(file, prefix)} is no generator with Mimicry's names: {prefix}l1.weight (rows, latent) and "
                + $"{prefix}block2.b1.weight (channels) are needed.");
        }
        int blocks = Count(file, n => $"{prefix}block{n + 2}.c1.bias");
        long start = (long)Math.Round(Math.Sqrt((double)first.Shape[0] / norm.Count)), size = blocks < 8 ? start << blocks : 0;
        if (!Architecture.Sizes.Contains((int)Math.Min(size, int.MaxValue)))
        {
            throw new WeightsException($"{Place(file, prefix)} is a generator that starts at {start}x{start} and doubles "
                + $"{blocks} times, which is none of the sizes {string.Join(", ", Architecture.Sizes)}.");
        }
        var architecture = Published(file, prefix, (int)size, (int)Math.Min(norm.Count, int.MaxValue), 0)
            with { Latent = (int)Math.Min(first.Shape[1], int.MaxValue) };
        if (HasAttention(file, prefix)) architecture = architecture with { GeneratorAttention = size == 32 ? 3 : 4 };
        int classes = file.TryGet($"{prefix}block2.b1.embed.weight", out var table) ? Rows(table) : 0;
        return (architecture, new GeneratorOptions { Classes = classes, SpectralNorm = spectral });
    }

    /// <summary>What the discriminator in a file needs to be made: its shapes and its options.</summary>
    /// <inheritdoc cref="DiscriminatorOf(TensorFile, string, int)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (Architecture Architecture, DiscriminatorOptions Options) DiscriminatorOf(string path, string prefix = "",
        int size = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = WeightsFile.Open(path);
        return DiscriminatorOf(file, prefix, size);
    }

    /// <summary>
    /// What the discriminator in a file needs to be made: its shapes (the generator's half has the published widths), and whether
    /// it has a rotation head, rows for classes, spectral norm and self-attention. One without spectral norm is taken for
    /// WGAN-GP's, whose heads see the mean over the pixels (with l5 at 48 pixels for DCGAN's: the sum), for a file does not say.
    /// </summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="prefix">What the discriminator's names begin with.</param>
    /// <param name="size">
    /// The image side, where it is known; 0 asks the file. WGAN-GP's discriminators of 48 and of 64 pixels have the same names
    /// and shapes: there it is needed.
    /// </param>
    /// <exception cref="WeightsException">It holds no such discriminator, or one of another size.</exception>
    /// <exception cref="TensorFileException">The file is damaged.</exception>
    public static (Architecture Architecture, DiscriminatorOptions Options) DiscriminatorOf(TensorFile file,
        string prefix = "", int size = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        if (file.TryGet(FirstOfInfoMax(prefix), out _))
            throw new WeightsException($"{Place(file, prefix)} is InfoMax-GAN's discriminator, a network of its own class, which "
                + $"{nameof(InfoMaxOf)} describes.");
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
        if (HasAttention(file, prefix)) architecture = architecture with { DiscriminatorAttention = 2 };
        bool sums = spectral || (told, head) == (48, 5);
        bool turns = file.TryGet($"{prefix}l_y.bias", out var rows);
        bool projects = !turns && (file.TryGet($"{prefix}l_y.weight", out rows)
            || file.TryGet($"{prefix}l_y.weight_orig", out rows));
        return (architecture, new DiscriminatorOptions
        {
            RotationClasses = turns ? Rows(rows!) : 0, Classes = projects ? Rows(rows!) : 0,
            SpectralNorm = spectral,
            Pooling = sums ? PixelPooling.Sum : PixelPooling.Mean,
        });
    }

    /// <summary>
    /// What InfoMax-GAN's discriminator in a file needs to be made: its shapes (the generator's half has the published widths),
    /// and the features in which it contrasts images.
    /// </summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="prefix">What the discriminator's names begin with.</param>
    /// <param name="size">
    /// The image side, where it is known; 0 asks the file. Those of 48 and of 64 pixels have the same names and shapes: there it
    /// is needed.
    /// </param>
    /// <exception cref="WeightsException">It holds no such discriminator, or one of another size.</exception>
    /// <exception cref="TensorFileException">The file is damaged.</exception>
    public static (Architecture Architecture, int ContrastWidth) InfoMaxOf(TensorFile file, string prefix = "",
        int size = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        if (!file.TryGet(FirstOfInfoMax(prefix), out _)
            || !file.TryGet($"{prefix}{InfoMaxDiscriminator.GlobalBlocks}.0.c2.bias", out var last)
            || !file.TryGet($"{prefix}local_nrkhs_b.bias", out var contrast))
        {
            throw new WeightsException($"{Place(file, prefix)} is no discriminator of InfoMax-GAN: {FirstOfInfoMax(prefix)} and "
                + $"{prefix}local_nrkhs_b.bias are needed.");
        }
        int told = Count(file, n => $"{prefix}{InfoMaxDiscriminator.LocalBlocks}.{n}.c1.bias") switch
        {
            3 => 32,
            4 when size is 48 or 64 => size,
            4 => throw new WeightsException($"{Place(file, prefix)} is a discriminator of 48x48 or of 64x64 images, whose names "
                + "and shapes are the same: one of the two sizes must be given."),
            5 => 128,
            var blocks => throw new WeightsException($"{Place(file, prefix)} is a discriminator with {blocks} local blocks, "
                + $"which is none of the sizes {string.Join(", ", Architecture.Sizes)}."),
        };
        if (size != 0 && told != size)
            throw new WeightsException($"{Place(file, prefix)} is for images of {told}x{told}, not {size}x{size}.");
        var architecture = Published(file, prefix, told, 0, Rows(last)) with
        {
            LogitsName = InfoMaxDiscriminator.Head, HeadsIterateInEvaluation = false,
        };
        return (architecture, Rows(contrast));
    }

    static string FirstOfInfoMax(string prefix) => $"{prefix}{InfoMaxDiscriminator.LocalBlocks}.0.c1.bias";

    static bool HasAttention(TensorFile file, string prefix) => file.TryGet($"{prefix}attn_block.gamma", out _);

    static int Rows(TensorEntry table) => table.Shape.Length == 0 ? 0 : (int)Math.Min(table.Shape[0], int.MaxValue);

    static Architecture Published(TensorFile file, string prefix, int size, int ngf, int ndf)
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

    static int Count(TensorFile file, Func<int, string> name)
    {
        int count = 0;
        while (file.TryGet(name(count), out _)) count++;
        return count;
    }

    static string Place(TensorFile file, string prefix) =>
        prefix.Length == 0 ? $"What {file.Name} holds" : $"What {file.Name} holds under {prefix}";
}
