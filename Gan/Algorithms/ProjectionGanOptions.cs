using System.Text.Json.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// The knobs of a GAN that is told the classes of images: by a batch norm of each class in the generator's blocks, and by a
/// projection in the discriminator (Miyato and Koyama 2018, "cGANs with Projection Discriminator"; the networks of Mimicry, which
/// has them at 32 and at 128 pixels).
/// </summary>
public abstract record ProjectionGanOptions : ResNetGanOptions
{
    // Mimicry's default at both sizes. At 128 it makes a discriminator of 0.5 million values, whose first block has 8 channels,
    // beside a generator of 32 million: an oversight, one supposes, but it is the published net. 1024 goes with the generator.
    const int PublishedNdf = 128;
    static readonly int[] s_sizes = [32, 128];

    /// <param name="model">The GAN's name in config.json and on the console.</param>
    protected ProjectionGanOptions(string model) : base(model)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsConditional => true;

    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null)
    {
        if (!s_sizes.Contains(size))
        {
            string name = nameOf?.Invoke(nameof(size)) ?? nameof(size);
            throw new ArgumentException($"{name} is {size}; there is no architecture of {Model} for images of {size}x{size}, "
                + $"only for {string.Join(", ", s_sizes)}.");
        }
        return Models.Architecture.For(size, Ngf, Ndf == 0 ? PublishedNdf : Ndf, nameOf);
    }

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new()
    {
        RotationClasses = 0, Classes = Told(classes),
    };
}
