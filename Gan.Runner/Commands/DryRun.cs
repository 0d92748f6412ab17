using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"train --dry-run": layers, memory and time, measured by a few steps on random pixels.</summary>
static class DryRun
{
    public static void Print(Device device, TrainOptions options, string preset, TextWriter output, CancellationToken stop)
    {
        // The data are not looked at.
        const int classes = 10;
        bool told = options.Gan.TakesClasses && options.Data.Classes.Count == 0;
        if (told) options = options.For(new RandomImages(options.Data.Size, classes: classes));
        using var step = options.CreateStep(device);
        var (optimisation, grid) = (options.Optimisation, options.Cadence.GridImages);
        output.WriteLine(preset);
        if (told) output.WriteLine($"{options.Gan.Model} is told classes; {classes} are assumed.");
        foreach (var (title, rows) in step.Layers(optimisation.Batch)) Table(output, title, rows);
        output.WriteLine("A few steps on random pixels, and a sheet of samples ...");
        output.Flush();
        var probe = StepProbe.Measure(step, options, stop: stop);
        output.WriteLine();
        output.WriteLine("memory");
        Line("parameters", Format.Bytes(probe.ParameterBytes));
        Line("gradients", Format.Bytes(probe.GradientBytes));
        Line("optimizer state", Format.Bytes(probe.OptimizerBytes));
        Line(options.Gan.Averages(optimisation) ? "buffers and averaged generator" : "buffers", Format.Bytes(probe.OtherBytes));
        Line($"peak of a step at batch {optimisation.Batch}, all of these included", Format.Bytes(probe.StepPeakBytes));
        Line($"peak of a sheet of {grid} samples, the same included", Format.Bytes(probe.SheetPeakBytes));
        Line(device.CanCapture ? "peak of a run, without images that the GPU keeps" : "peak of a run",
            Format.Bytes(probe.PeakBytes));
        output.WriteLine("time");
        Line($"one step (n_dis {optimisation.DiscriminatorSteps}) on {device.Name}", Format.Time(probe.Step));
        Line($"{optimisation.Steps} steps, without grids and checkpoints", Format.Time(probe.Step * optimisation.Steps));
        output.WriteLine("Nothing was written.");

        void Line(string name, string value) => output.WriteLine($"  {name,-58} {value,12}");
    }

    static void Table(TextWriter output, string title, IReadOnlyList<LayerRow> rows)
    {
        output.WriteLine();
        output.WriteLine($"{title,-16} {"output",-22} {"weight",-22} {"parameters",14}");
        foreach (var row in rows)
            output.WriteLine($"{(row.IsPart ? "  " : "") + row.Name,-16} {row.Output ?? "",-22} {row.Weight ?? "",-22} "
                + $"{Format.Count(row.Parameters),14}");
        output.WriteLine($"{"total",-16} {"",-22} {"",-22} "
            + $"{Format.Count(rows.Where(static r => !r.IsPart).Sum(static r => r.Parameters)),14}");
    }
}
