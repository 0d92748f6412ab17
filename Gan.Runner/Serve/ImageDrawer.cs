using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Serve;

/// <summary>
/// Draws single images by the newest checkpoint of a run. Nothing is opened before the first one is asked for; one is drawn at a
/// time, and the generator stays open until a newer checkpoint or another run is asked for.
/// </summary>
/// <param name="open">Opens the device.</param>
sealed class ImageDrawer(Func<Device> open) : IDisposable
{
    const int MostWaiting = 8, Enlarged = 256;
    static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);

    readonly SemaphoreSlim _waiting = new(MostWaiting), _turn = new(1);
    Device? _device;
    TrainedGenerator? _generator;
    string? _checkpoint;

    /// <summary>An image as PNG, each pixel enlarged to a square, with the header X-Step.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="seed">The noise's seed.</param>
    /// <param name="to">Another seed.</param>
    /// <param name="way">How far on the way to the noise of that, 0 to 1.</param>
    /// <param name="label">The class, where the generator is told classes.</param>
    /// <param name="stop">The server ends.</param>
    public HttpAnswer Draw(string folder, ulong seed, ulong to, double way, int label, CancellationToken stop)
    {
        if (!_waiting.Wait(0, CancellationToken.None)) return Busy;
        try
        {
            if (!_turn.Wait(s_wait, stop)) return Busy;
            try
            {
                var generator = Generator(folder);
                int[]? chosen = generator.Classes.Count == 0 ? null : [label];
                if (chosen is not null && label >= generator.Classes.Count)
                    return HttpAnswer.Refusal("400 Bad Request", $"The classes are 0 to {generator.Classes.Count - 1}.");
                byte[] pixels = generator.Draw([generator.Between(seed, to, way)], chosen, stop);
                byte[] png = ImageGrid.Encode(pixels, 1, generator.Size, 1, Math.Max(1, Enlarged / generator.Size));
                return HttpAnswer.Png(png, ("X-Step", generator.Step.ToString(CultureInfo.InvariantCulture)));
            }
            catch (Exception e) when (e is TrainingException or IOException or TensorFileException)
            {
                return HttpAnswer.Refusal("409 Conflict", e.Message);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            _waiting.Release();
        }
    }

    static HttpAnswer Busy { get; } = HttpAnswer.Refusal("503 Service Unavailable", "Others are drawing; try again.");

    TrainedGenerator Generator(string folder)
    {
        string checkpoint = RunFolder.FindCheckpoint(folder);
        if (_generator is not null && _checkpoint == checkpoint) return _generator;
        _generator?.Dispose();
        _generator = null;
        _generator = TrainedGenerator.Open(_device ??= open(), checkpoint);
        _checkpoint = checkpoint;
        return _generator;
    }

    /// <summary>Frees the generator and the device, once nothing is drawn.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _generator?.Dispose();
        _device?.Dispose();
        _turn.Dispose();
        _waiting.Dispose();
    }
}
