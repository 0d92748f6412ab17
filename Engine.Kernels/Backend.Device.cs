namespace Ssgan.Engine.Kernels;

// What the device is.
public abstract partial class Backend
{
    /// <summary>The hardware, in one line without an end.</summary>
    public virtual string Describe() => Name;
    /// <summary>Sentences for the user about slower paths that were taken, in the order in which that was found out.</summary>
    public virtual IReadOnlyList<string> Notices => [];
    /// <summary>Why the engine's kernels do not run on it, such as "7.5 (Turing) or newer is needed"; null if they do.</summary>
    public virtual string? Unfit => null;
    /// <summary>What convolutions and products are computed by, for the log; null where it is always the same.</summary>
    public virtual string? Arithmetic => null;
    /// <summary>Libraries that make it faster, installed or not.</summary>
    public virtual IReadOnlyList<LibraryUse> Libraries => [];
    /// <summary>Memory that no program uses now; null where the device's memory is the host's.</summary>
    public virtual long? FreeBytes => null;
    /// <summary>Why products are not computed in a precision here, in words that follow its name; null if they are.</summary>
    public virtual string? WhyNot(Precision precision) =>
        precision == Precision.F32 ? null : $"needs a GPU; {Name} computes in f32";
    /// <summary>Computes later products in a precision that <see cref="WhyNot"/> has nothing against; F32 at first.</summary>
    public virtual void Use(Precision precision)
    {
    }
    /// <summary>What products of F32 are computed in now: F32, or TF32 where that is in use.</summary>
    public virtual Precision Precision => Precision.F32;
    /// <summary>
    /// Begins to compute together with the devices of other ranks; waits for all of them. To be disposed of before the device.
    /// </summary>
    /// <exception cref="NotSupportedException">There is nothing on this device that connects it with others.</exception>
    public virtual IDeviceCollectives OpenCollectives(DeviceRanks ranks) =>
        throw new NotSupportedException($"{Name} has no way of its own to sum with the devices of other ranks.");
}
