// Two operations of one's own: run, and their derivatives checked, on the CPU and on an emulated GPU. With --source it prints the
// CUDA C++ of swish, which kernels/build.sh compiles; with --gpu it also runs on a real GPU.
using OwnKernel;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Testing;

if (args.Contains("--source"))
{
    Console.Write(Swish.Twin!.Source);
    return;
}
using (var device = Device.Cpu()) Show(device);
using (var emulated = EmulatedDevice.Create()) Show(emulated.Device);
if (args.Contains("--gpu"))
{
    using var device = Device.Cuda();
    Show(device);
}

static void Show(Device device)
{
    using (device.Scope())
    {
        var x = device.From([-2f, -1, 0, 1, 2, 3], new Shape(2, 3));
        Console.WriteLine(FormattableString.Invariant(
            $"{device.Name}: swish {string.Join(" ", x.Swish(1.5f).ToArray().Select(static v => v.ToString("F4")))}"));
        Console.WriteLine(FormattableString.Invariant(
            $"{device.Name}: sums of squares {string.Join(" ", x.RowSquares().ToArray())}"));
    }
    GradInput[] at = [GradInput.Uniform(new Shape(3, 5))];
    GradCheck.All(device, static t => t[0].Swish(1.5f), at, new() { Name = "swish" });
    GradCheck.All(device, static t => t[0].RowSquares(), at, new() { Name = "row_squares" });
    Console.WriteLine($"{device.Name}: first and second derivatives agree with finite differences");
}
