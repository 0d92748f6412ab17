using System.Diagnostics;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// From the start of a process to the end of its first update of both networks: this program, launched anew, as it is built.
/// </summary>
static class Starts
{
    /// <summary>The verb by which the launched program does this and nothing else.</summary>
    public const string Verb = "first-step";

    public static IEnumerable<Workload> All(Variant v)
    {
        string[] widths = v.Divisor == 1 ? [] : ["--ngf", "16", "--ndf", "16"];
        int batch = v.Batch(v.UsualBatch);
        yield return Launch($"start/{v.Precision}/help", v.Precision, ["--help"]).Short(v.IsF32);
        yield return Launch($"start/{v.Precision}/ssgan32/batch{v.UsualBatch}", v.Precision,
            [Verb, "--device", v.OnCard ? "cuda" : "cpu", "--precision", v.Precision, "--batch", $"{batch}", .. widths]).Short();
    }

    /// <summary>One update of both networks, and the time since the program's start.</summary>
    /// <exception cref="TrainingException">The device lacks the precision, or a width cannot be used.</exception>
    public static TimeSpan FirstStep(Device device, TrainOptions settings)
    {
        using (var trainee = new Trainee(device, settings))
        {
            trainee.TrainDiscriminator();
            trainee.TrainGenerator();
            device.Backend.Synchronize();
        }
        return DateTime.Now - Process.GetCurrentProcess().StartTime;
    }

    /// <summary>The precision that a device trains fastest in.</summary>
    public static string DefaultPrecision(Device device) =>
        device.Backend is CudaBackend card && card.Properties.Supports(8, 0) ? "bf16" : "f32";

    static Workload Launch(string name, string precision, string[] args) => new(name, precision, 0, 0, _ => () => Run(args))
    {
        Kind = WorkloadKind.Host,
    };

    static void Run(string[] args)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "ssgan-kit.exe" : "ssgan-kit");
        using var process =
            Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', args)} ended with exit code {process.ExitCode}: {error.Trim()}");
    }
}
