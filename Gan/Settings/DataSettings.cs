using Ssgan.Gan.Data;

namespace Ssgan.Gan.Settings;

/// <summary>Whether a GPU keeps the whole data set in its memory.</summary>
public enum DataOnDevice
{
    /// <summary>Where it takes at most half of the memory that is free when training begins.</summary>
    Auto,
    /// <summary>Always; a set that does not fit is an error.</summary>
    On,
    /// <summary>Never: batches are streamed to it.</summary>
    Off,
}

/// <summary>What a run trains on.</summary>
public sealed record DataSettings
{
    const string NoAttribute = "none";

    /// <summary>
    /// A data set's name ("shapes", "cifar10", "celeba", "noise", ...) or the path of a folder or archive.
    /// </summary>
    public string Data { get; init; } = "shapes";

    /// <summary>Image side: 32, 48, 64 or 128.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Whether images are mirrored at random.</summary>
    public bool Flip { get; init; }

    /// <summary>Whether unreadable files of a folder are left out instead of stopping the run.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How pictures that are not square become so, a name of <see cref="ImageFit"/> in small letters.</summary>
    public string Fit { get; init; } = "crop";

    /// <summary>
    /// Which part of a set that has parts: "train", "val", "test" or "all"; empty for what the set's users take.
    /// </summary>
    public string Split { get; init; } = "";

    /// <summary>Which attribute of CelebA is the label of an image; empty for none.</summary>
    public string Attribute { get; init; } = "";

    /// <summary>Whether a GPU keeps the whole data set in its memory.</summary>
    public DataOnDevice DataOnDevice { get; init; }

    /// <summary>Names of the data's classes in the order of their labels, where the GAN is told them; else none.</summary>
    public ClassList Classes { get; init; } = ClassList.None;

    /// <summary>
    /// Every value but <see cref="Data"/>, which a console has more to say of, and <see cref="Classes"/>, which the data say.
    /// </summary>
    public static IReadOnlyList<Setting<DataSettings>> Settings { get; } =
    [
        Setting.Number<DataSettings, int>("size", "--size", "Image side: 32 (default), 48, 64 or 128.",
            static o => o.Size, static (o, v) => o with { Size = v }),
        Setting.Switch<DataSettings>("flip", "--flip", "Mirror images at random.",
            static o => o.Flip, static (o, v) => o with { Flip = v }),
        Setting.Switch<DataSettings>("skipBad", "--skip-bad", "Leave out unreadable images of a folder.",
            static o => o.SkipBad, static (o, v) => o with { SkipBad = v }),
        Setting.Choice<DataSettings, string>("fit", "--fit",
            "How pictures that are not square become so: the centred square is cut out (crop, the default), white is laid beside "
            + "them (pad), or their sides are resized apart (stretch).",
            [("crop", "crop"), ("pad", "pad"), ("stretch", "stretch")],
            static o => o.Fit, static (o, v) => o with { Fit = v }),
        Setting.Choice<DataSettings, string>("split", "--split",
            "Which part of a set that has parts; auto, the default, is all of CelebA and the train split of others.",
            [("auto", ""), ("train", "train"), ("val", "val"), ("test", "test"), ("all", "all")],
            static o => o.Split, static (o, v) => o with { Split = v }),
        Setting.Text<DataSettings>("attribute", "--attribute", "NAME",
            "Which attribute of CelebA is the label of an image, such as Smiling; none, the default, gives no labels.",
            "the name of an attribute, or none", static text => text.Length > 0 && !text.Any(char.IsWhiteSpace),
            static o => o.Attribute.Length == 0 ? NoAttribute : o.Attribute,
            static (o, v) => o with { Attribute = v == NoAttribute ? "" : v }),
        Setting.Choice<DataSettings, DataOnDevice>("dataOnDevice", "--data-on-device",
            "Whether a GPU keeps all images: where they take at most half of its free memory (auto, the default), always, "
            + "or never.", [("auto", DataOnDevice.Auto), ("on", DataOnDevice.On), ("off", DataOnDevice.Off)],
            static o => o.DataOnDevice, static (o, v) => o with { DataOnDevice = v }),
    ];

    internal void Validate(Check check)
    {
        check.That(!string.IsNullOrWhiteSpace(Data), "data", "empty");
        check.That(Fit is "crop" or "pad" or "stretch", "fit", $"{Fit}, which is no known choice");
        check.That(Split is "" or "train" or "val" or "test" or "all", "split", $"{Split}, which is no known choice");
        check.That(Attribute is not null, "attribute", "empty");
        check.That(Enum.IsDefined(DataOnDevice), "dataOnDevice", $"{DataOnDevice}, which is no known choice");
    }
}
