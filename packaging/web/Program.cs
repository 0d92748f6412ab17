// Serves images that a trained generator draws, at /images/SEED: Web RUN. With a file's name after it, it asks itself for one
// image, writes it there and ends.
using Ssgan.Engine;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Training;

using var device = Device.Cpu();
using var generator = TrainedGenerator.Open(device, args[0]);
var turn = new Lock();                                    // a device serves one thread at a time

var builder = WebApplication.CreateSlimBuilder();
if (args.Length > 1) builder.WebHost.UseUrls("http://127.0.0.1:0");
await using var app = builder.Build();
app.MapGet("/images/{seed}", (ulong seed) =>
{
    lock (turn) return Results.Bytes(ImageGrid.Encode(generator.Draw(seed, count: 1), 1, generator.Size), "image/png");
});
if (args.Length == 1)
{
    await app.RunAsync();
    return;
}
await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
await File.WriteAllBytesAsync(args[1], await client.GetByteArrayAsync(new Uri("images/7", UriKind.Relative)));
await app.StopAsync();
