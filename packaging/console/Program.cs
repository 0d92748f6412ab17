// Trains a small GAN for two steps and draws with it, from the packages alone: Console FOLDER.
using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Training;

using var device = Device.Cpu();
using var images = DatasetFactory.Open("shapes", 32, new DataOptions());
var preset = Presets.For("tiny", images.Size, GanCatalog.Of("ssgan")).For(images);
var options = preset with { Optimisation = preset.Optimisation with { Batch = 8, Steps = 2 } };
using var step = options.CreateStep(device);
var run = RunFolder.Create(args[0], "ssgan");
new Trainer(step, images, options, run, observer: null).Run();
using var generator = TrainedGenerator.Open(device, run.Path);
ImageGrid.Save(Path.Combine(args[0], "fakes.png"), generator.Draw(seed: 1, count: 16), 16, generator.Size);
Console.WriteLine(run.Path);
