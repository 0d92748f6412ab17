using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Doctor;

/// <summary>How a check ended.</summary>
enum FindingState
{
    /// <summary>Needed and working.</summary>
    Good,
    /// <summary>For information only.</summary>
    Note,
    /// <summary>Needed and not working.</summary>
    Broken,
}

/// <summary>One check: what was looked at, what was found and, where it failed, what to do.</summary>
sealed record Finding(string Subject, FindingState State, string Found, string? Fix = null);

/// <summary>The checks, in the order they are printed.</summary>
static class DoctorReport
{
    const long NeededMemory = 1L << 30;

    /// <summary>Runs them one by one.</summary>
    public static IEnumerable<Finding> Examine(DoctorProbes probes)
    {
        yield return new("system", FindingState.Note, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return Runtime(probes.RuntimeVersion);
        yield return new("cpu", FindingState.Note, $"{Environment.ProcessorCount} logical processors, {Simd()}"
            + (probes.LeavesAvx512Unused
                ? "; this program was compiled for less than the processor's AVX-512: publish it with -p:IlcInstructionSet=native"
                : ""));
        yield return Memory(probes.MemoryBytes);
        yield return Try("images", "SkiaSharp encodes and decodes a PNG", probes.EncodeAndDecodePng,
            "install the native library that SkiaSharp needs: in a trimmed or copied folder, publish again for this system");
        yield return Try("engine", "a convolution and its gradients are exact", Convolve,
            "this is a defect of the engine on this processor: report it with the lines above");
        yield return Try("folder", $"{probes.Folder} can be written", probes.WriteFile,
            "change to a folder that you may write to, or name one with --out");
        yield return Try("speed", null, probes.MeasureSpeed, "close what else is running and try again");
        foreach (var finding in CudaFindings.Examine(probes)) yield return finding;
    }

    static string? Convolve()
    {
        using var device = Device.Cpu();
        return DoctorProbes.ConvolveAndDifferentiate(device);
    }

    static Finding Runtime(Version version) => version.Major >= 10
        ? new("runtime", FindingState.Good, $".NET {version}; 10 or newer is needed")
        : new("runtime", FindingState.Broken, $".NET {version}; 10 or newer is needed", "install the .NET 10 runtime");

    static Finding Memory(long bytes) => bytes >= NeededMemory
        ? new("memory", FindingState.Good,
            $"{Format.Bytes(bytes)} for this process; the tiny preset needs less than {Format.Bytes(NeededMemory)}")
        : new("memory", FindingState.Broken, $"{Format.Bytes(bytes)} for this process; the tiny preset needs up to "
            + $"{Format.Bytes(NeededMemory)}", "raise the memory limit, or lower --batch, --ngf and --ndf");

    /// <summary>The widest vectors that the processor and the runtime have.</summary>
    static string Simd()
    {
        string width = Vector512.IsHardwareAccelerated ? "512-bit"
            : Vector256.IsHardwareAccelerated ? "256-bit" : Vector128.IsHardwareAccelerated ? "128-bit" : "no";
        bool fused = Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;
        return $"{width} vectors, {(fused ? "with" : "without")} fused multiply-add";
    }

    /// <summary>Runs a check; what it throws is the finding.</summary>
    internal static Finding Try(string subject, string? good, Func<string?> check, string fix)
    {
        try
        {
            string? found = check();
            return new(subject, FindingState.Good, found ?? good ?? "works");
        }
        catch (Exception e)
        {
            // Whatever breaks is the finding.
            return new(subject, FindingState.Broken, $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" "), fix);
        }
    }
}
