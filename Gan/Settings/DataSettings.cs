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
    /// <summary>
    /// A data set's name ("shapes", "cifar10", "cifar100", "stl10", "noise") or the path of a folder or archive.
    /// </summary>
    public string Data { get; init; } = "shapes";

    /// <summary>Image side: 32, 48, 64 or 128.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Whether images are mirrored at random.</summary>
    public bool Flip { get; init; }

    /// <summary>Whether unreadable files of a folder are left out instead of stopping the run.</summary>
    public bool SkipBad { get; init; }

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
        Setting.Choice<DataSettings, DataOnDevice>("dataOnDevice", "--data-on-device",
            "Whether a GPU keeps all images: where they take at most half of its free memory (auto, the default), always, "
            + "or never.", [("auto", DataOnDevice.Auto), ("on", DataOnDevice.On), ("off", DataOnDevice.Off)],
            static o => o.DataOnDevice, static (o, v) => o with { DataOnDevice = v }),
    ];

    internal void Validate(Check check)
    {
        check.That(!string.IsNullOrWhiteSpace(Data), "data", "empty");
        check.That(Enum.IsDefined(DataOnDevice), "dataOnDevice", $"{DataOnDevice}, which is no known choice");
    }
}
