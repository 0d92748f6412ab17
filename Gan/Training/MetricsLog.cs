using System.Text;
using System.Text.Json;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Training;

/// <summary>
/// metrics.jsonl: one JSON object per report, appended and flushed, so that a run can be watched and plotted while it trains.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    readonly FileStream _file;

    /// <summary>
    /// Opens the log for appending; lines of steps after <paramref name="step"/>, and a torn last line, are dropped first.
    /// </summary>
    public MetricsLog(string path, long step)
    {
        bool isNew = !File.Exists(path);
        if (!isNew)
        {
            var kept = File.ReadLines(path).Where(line => StepOf(line) is { } s && s <= step).ToList();
            AtomicFile.Write(path, stream =>
            {
                foreach (string line in kept) stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            });
        }
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (isNew) DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Appends a report.</summary>
    public void Append(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("step", report.Step);
            foreach (var (name, value) in report.Metrics) json.WriteNumber(name, Math.Round(value, 6));
            json.WriteNumber("learning_rate", report.LearningRate);
            json.WriteNumber("images_per_second", Math.Round(report.ImagesPerSecond, 1));
            json.WriteNumber("elapsed_seconds", Math.Round(report.Elapsed.TotalSeconds, 2));
            json.WriteNumber("live_bytes", report.LiveBytes);
            json.WriteNumber("peak_bytes", report.PeakBytes);
            if (report.Sigmas.Count > 0)
            {
                // Apart, since a reader of the numbers need not know the layers.
                json.WriteStartObject("sigma");
                foreach (var (name, value) in report.Sigmas) json.WriteNumber(name, Math.Round(value, 6));
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        _file.Write(buffer.WrittenSpan);
        _file.WriteByte((byte)'\n');
        _file.Flush();
    }

    /// <summary>Brings all lines to the disk.</summary>
    internal void Sync() => _file.Flush(flushToDisk: true);

    /// <summary>
    /// The reports of a log: each line's numbers by name. Lines that are not whole, or name a number twice, are left out.
    /// </summary>
    public static IEnumerable<IReadOnlyDictionary<string, double>> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Lines(path);
    }

    static IEnumerable<IReadOnlyDictionary<string, double>> Lines(string path)
    {
        // Sharing with a writer, because a run's own log is read while it trains.
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            if (StepOf(line) is null) continue;
            using var document = JsonDocument.Parse(line);
            yield return document.RootElement.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(static p => p.Name, static p => p.Value.GetDouble());
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    static long? StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("step", out var step)
                && step.TryGetInt64(out long value) ? value : null;
        }
        catch (JsonException)
        {
            // A line torn by a crash in the middle of a write, or not written here.
            return null;
        }
    }
}
