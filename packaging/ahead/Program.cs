// A network that is trained on the CPU alone and compiled ahead: Ahead trains it, Ahead --gpu asks for what was left out, and
// Ahead --time [THREADS] times a convolution of 3x3 taps and a tanh, in whichever way it was compiled.
using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;

if (args is ["--time", ..])
{
    using var timed = Device.Cpu(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1);
    Console.WriteLine($"{(JitInfo.GetCompiledMethodCount() > 0 ? "JIT" : "compiled ahead")}: {timed.Describe()}");
    using var scope = timed.Scope();
    using var numbers = new Rng(timed, seed: 1);
    var x = numbers.Normal([16, 32, 32, 64]);
    var w = numbers.Normal([64, 3, 3, 64]);
    Time("convolution 3x3", () => x.Conv2d(w, padding: 1));
    Time("tanh", () => x.Tanh());

    // The median of 101 calls after as many that let the JIT finish its work.
    void Time(string name, Func<Tensor> compute)
    {
        var times = new double[101];
        for (int i = -times.Length; i < times.Length; i++)
        {
            using var step = timed.Scope();
            long start = Stopwatch.GetTimestamp();
            compute();
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {times[times.Length / 2]:f0} us"));
    }
    return 0;
}

if (args is ["--gpu"])
{
    try
    {
        using var gpu = Device.Cuda();
        Console.WriteLine(gpu.Describe());
    }
    catch (DeviceException e)
    {
        Console.WriteLine(e.Message);
    }
    return 0;
}

using var device = Device.Cpu();
foreach (string notice in device.Notices) Console.WriteLine(notice);
using var random = new Rng(device, seed: 1);
using var network = new Conv2d(random, 3, 8, kernel: 3);
using var optimizer = new Adam(network.NamedParameters(), learningRate: 0.01f);
using var images = random.Normal([4, 16, 16, 3]);
using var wanted = random.Uniform([4, 16, 16, 8], -0.5f, 0.5f);
float first = 0, last = 0;
for (int step = 0; step < 20; step++)
{
    using var scope = device.Scope();
    optimizer.ZeroGrad();
    var error = network.Forward(images).Tanh() - wanted;
    var loss = (error * error).Mean();
    loss.Backward();
    optimizer.Step();
    last = loss.Item();
    if (step == 0) first = last;
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The loss went from {first:f3} to {last:f3}."));
return last < first / 2 ? 0 : 1;
