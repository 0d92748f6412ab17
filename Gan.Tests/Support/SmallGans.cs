using Ssgan.Gan.Algorithms;

namespace Ssgan.Tests.Support;

/// <summary>The GANs of the catalog, so narrow that a step takes milliseconds.</summary>
static class SmallGans
{
    public const string SelfModulated = ", self-modulated";

    /// <summary>Options of a name, which may end with <see cref="SelfModulated"/>.</summary>
    public static GanOptions Of(string name)
    {
        bool modulated = name.EndsWith(SelfModulated, StringComparison.Ordinal);
        var options = GanCatalog.Of(modulated ? name[..^SelfModulated.Length] : name).Defaults with { Ngf = 4, Ndf = 4 };
        options = options switch
        {
            // Self-attention needs eight channels.
            SaganOptions o => o with { Ngf = 8, Ndf = 8 },
            InfoMaxOptions o => o with { ContrastWidth = 8 },
            _ => options,
        };
        return modulated ? (ResNetGanOptions)options with { SelfModulated = true } : options;
    }
}
