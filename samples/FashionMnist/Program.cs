// Trains a small residual network on Fashion-MNIST: FashionMnist [FOLDER [EPOCHS [WIDTH [STEPS]]]].
// The folder has the four files; Debian's package dataset-fashion-mnist puts them where it is looked for first.
using System.Diagnostics;
using System.Globalization;
using FashionMnist;
using Ssgan.Engine;
using Ssgan.Engine.Data;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Losses;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;

const int Batch = 64;
string folder = args.Length > 0 ? args[0] : "/usr/share/datasets/fashion-mnist";
int Number(int i, int fallback) => args.Length > i ? int.Parse(args[i], CultureInfo.InvariantCulture) : fallback;
var (epochs, width, most) = (Number(1, 3), Number(2, 24), Number(3, int.MaxValue));

DataSource images, unseen;
try
{
    (images, unseen) = (Open("train"), Open("t10k"));
}
catch (Exception e) when (e is IOException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

using var device = Device.Cpu();
using var random = new Rng(device, 1);
using var network = ResidualNetwork.Create(random, width);
using var training = new DataLoader(images, new DataLoaderOptions(Batch)
{
    Shuffle = true, Seed = 1, DropLast = true,
    // Every other image is mirrored.
    Transform = static (image, bits) =>
    {
        if ((bits & 1) == 0) return;
        for (int row = 0; row < 28; row++) image.Span.Slice(28 * row, 28).Reverse();
    },
});
using var test = new DataLoader(unseen, new DataLoaderOptions(250));

long steps = (long)epochs * training.BatchesPerEpoch;
using var optimizer = new Sgd(network.NamedParameters(), 0.1f, momentum: 0.9f, weightDecay: 5e-4f, nesterov: true);
using var schedule = new ScalarSchedule([ScheduledScalar.RateOf(optimizer, new OneCycle(0.1f, steps))]);
for (int epoch = 1; epoch <= epochs; epoch++)
{
    var watch = Stopwatch.StartNew();
    double loss = 0;
    int done = 0;
    foreach (var batch in training.Epoch().Take(most))
    {
        using var scope = device.Scope();
        schedule.Prepare();
        optimizer.ZeroGrad();
        var error = Loss.CrossEntropy(network.Forward(batch.SamplesOn(device)), batch.LabelsOn(device));
        error.Backward();
        optimizer.Step();
        schedule.Advance();
        loss += error.Item();
        done++;
    }
    double seconds = watch.Elapsed.TotalSeconds;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}: loss {loss / done:F4}, "
        + $"test accuracy {100 * Accuracy():F2} %, {done * Batch / seconds:F0} images/s"));
}
return 0;

double Accuracy()
{
    network.Eval();
    double correct = 0;
    int count = 0;
    using var noGrad = device.NoGrad();
    foreach (var batch in test.Epoch().Take(most))
    {
        using var scope = device.Scope();
        network.Forward(batch.SamplesOn(device)).SoftmaxCrossEntropy(batch.LabelsOn(device), out var right);
        correct += right.Sum().Item();
        count += batch.Count;
    }
    network.Train();
    return correct / count;
}

DataSource Open(string part)
{
    var (dims, pixels) = IdxFile.Read(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), 3);
    var (_, labels) = IdxFile.Read(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), 1);
    if (dims is not [_, 28, 28]) throw new InvalidDataException($"{folder}: images of {dims[1]} x {dims[2]}, not 28 x 28.");
    // The mean and deviation of the training images are 0.286 and 0.353.
    return DataSource.From(pixels, new Shape(28, 28, 1), [.. labels.Select(static l => (int)l)],
        scale: 1 / (255 * 0.353f), shift: -0.286f / 0.353f);
}
