using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SkiaSharp;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Measurement;

namespace Ssgan.Runner.Doctor;

/// <summary>
/// What the doctor's checks touch. A check returns words for what it found (null for the usual ones) and throws where it fails.
/// </summary>
class DoctorProbes(Devices devices)
{
    public virtual Version RuntimeVersion => Environment.Version;

    /// <summary>What the process may use, a container's limit included.</summary>
    public virtual long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// Whether a program compiled ahead, whose vectors are as wide as its publisher chose, runs on a processor with wider ones.
    /// </summary>
    public virtual bool LeavesAvx512Unused => !RuntimeFeature.IsDynamicCodeCompiled && !Vector512.IsHardwareAccelerated
        && X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 16)) != 0;

    public virtual string Folder => Directory.GetCurrentDirectory();

    /// <summary>The machine's devices.</summary>
    public Devices Devices { get; } = devices;

    public virtual string? EncodeAndDecodePng()
    {
        using var bitmap = new SKBitmap(1, 1);
        var colour = new SKColor(12, 34, 56);
        bitmap.SetPixel(0, 0, colour);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new InvalidOperationException("a picture of one pixel could not be encoded");
        using var back = SKBitmap.Decode(png);
        if (back?.GetPixel(0, 0) != colour)
            throw new InvalidOperationException($"a pixel went in as {colour} and came back as {back?.GetPixel(0, 0)}");
        return null;
    }

    /// <summary>
    /// A 3x3 image, a 2x2 filter and an upstream gradient, all small whole numbers, against results worked out by hand.
    /// </summary>
    public static string? ConvolveAndDifferentiate(Device device)
    {
        using var scope = device.Scope();
        var x = device.From([1f, 2, 3, 4, 5, 6, 7, 8, 9], new Shape(1, 3, 3, 1));
        var w = device.From([1f, 2, 3, 4], new Shape(1, 2, 2, 1));
        x.RequiresGrad = w.RequiresGrad = true;
        var y = x.Conv2d(w);
        y.Backward(device.From([1f, 2, 3, 4], new Shape(1, 2, 2, 1)));
        Expect("the result", y, [37, 47, 67, 77]);
        Expect("the filter's gradient", w.Grad!, [37, 47, 67, 77]);
        Expect("the image's gradient", x.Grad!, [1, 4, 4, 6, 20, 16, 9, 24, 16]);
        return null;
    }

    public virtual string? WriteFile()
    {
        string file = Path.Combine(Folder, $".ssgan-{Path.GetRandomFileName()}");
        File.WriteAllText(file, "doctor");
        File.Delete(file);
        return null;
    }

    /// <summary>Copy bandwidth and the rate of a matrix product: the two numbers that bound every step.</summary>
    public virtual string? MeasureSpeed()
    {
        using var cpu = new CpuBackend();
        var speed = HostSpeed.Measure(cpu);
        return string.Create(CultureInfo.InvariantCulture,
            $"copies {speed.Copies[^1].BytesPerSecond / 1e9:0.0} GB/s, multiplies matrices at "
            + $"{speed.ProductOperationsPerSecond / 1e9:0} GFLOP/s "
            + $"({cpu.Threads} threads)");
    }

    /// <summary>The same two numbers of a card.</summary>
    public virtual string? MeasureCard(Device card) => Describe(CardSpeed.Measure(card.Backend));

    /// <summary>A card's rates in words.</summary>
    public static string Describe(CardSpeed speed) =>
        string.Create(CultureInfo.InvariantCulture, $"copies {speed.CopyBytesPerSecond / 1e9:0} GB/s, multiplies matrices at ")
        + string.Join(", ", speed.Products.Select(static p => string.Create(CultureInfo.InvariantCulture,
            $"{p.OperationsPerSecond / 1e12:0.0} TFLOP/s in {p.Precision}")));

    static void Expect(string what, Tensor actual, float[] expected)
    {
        float[] values = actual.ToArray();
        if (!values.SequenceEqual(expected))
            throw new InvalidOperationException(
                $"{what} of a convolution is {string.Join(' ', values)} instead of {string.Join(' ', expected)}");
    }
}
