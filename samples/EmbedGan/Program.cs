// Trains a GAN for some steps and draws a sheet with it: EmbedGan [GAN [STEPS]].
using System.Globalization;
using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Training;

string gan = args.Length > 0 ? args[0] : "ssgan";
long steps = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 500;

using var device = Device.Cpu();
using var images = DatasetFactory.Open("shapes", 32, new DataOptions());
var preset = Presets.For("tiny", images.Size, GanCatalog.Of(gan)).For(images);
var options = preset with { Optimisation = preset.Optimisation with { Steps = steps } };
using var step = options.CreateStep(device);
var run = RunFolder.Create("runs", gan);
new Trainer(step, images, options, run, observer: null).Run();
using var generator = TrainedGenerator.Open(device, run.Path);
ImageGrid.Save($"{gan}.png", generator.Draw(seed: 1, count: 64), 64, generator.Size);
