using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Report;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Serve;

/// <summary>
/// What can be asked for: the page, the list of runs, and of a run its document, news of it, its sheets of samples, and images
/// that its newest checkpoint draws.
/// </summary>
/// <param name="catalog">The runs.</param>
/// <param name="drawer">What draws.</param>
/// <param name="nameOf">From a setting's name in config.json to its option.</param>
sealed class RunsHandler(RunCatalog catalog, ImageDrawer drawer, Func<string, string> nameOf) : IPageHandler
{
    // Streams of news stay open, and must not take all connections.
    const int MostStreams = 24;
    const long MostSheetBytes = 64 << 20;

    static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    const int LooksPerSign = 15;

    int _streams;

    public async Task<HttpAnswer?> Answer(HttpRequest request, Func<EventStream> events, CancellationToken stop)
    {
        switch (request.Path)
        {
            case []: return HttpAnswer.Page(ReportPage.Live());
            case ["runs"]: return HttpAnswer.Json(List());
            case ["runs", var name, "report"]: return Report(name) is { } report ? HttpAnswer.Json(report) : HttpAnswer.NotFound;
            case ["runs", var name, "sheets", var step]: return Sheet(name, step) ?? HttpAnswer.NotFound;
            case ["runs", var name, "draw"]: return Draw(name, request, stop);
            case ["runs", var name, "news"]: return await News(name, events, stop).ConfigureAwait(false);
            default: return HttpAnswer.NotFound;
        }
    }

    byte[] List()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("runs");
            foreach (var (name, folder, _) in catalog.Runs())
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteNumber("step", LogTail.Last(Path.Combine(folder, "metrics.jsonl"))?.LastStep ?? 0);
                json.WriteString("state", File.Exists(Path.Combine(folder, ".claim")) ? "running" : "ended");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    byte[]? Report(string name) => catalog.With(name, Document);

    byte[] Document(RunReader run)
    {
        string address = "/runs/" + Uri.EscapeDataString(run.Name) + "/sheets/";
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            new RunDocument(run, nameOf).Write(json, [.. run.Grids().Select(g =>
                new SheetPlace(g.Step, address + g.Step.ToString(CultureInfo.InvariantCulture)))]);
        }
        return buffer.WrittenSpan.ToArray();
    }

    HttpAnswer? Sheet(string name, string step)
    {
        if (!long.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return null;
        string? file = catalog.With(name, run => run.Grids().FirstOrDefault(g => g.Step == number)?.Place);
        if (file is null || new FileInfo(file) is not { Exists: true, Length: <= MostSheetBytes }) return null;
        return HttpAnswer.Png(File.ReadAllBytes(file), ("Cache-Control", "private, max-age=600"));
    }

    HttpAnswer Draw(string name, HttpRequest request, CancellationToken stop)
    {
        if (catalog.With(name, static run => run.Folder.Path) is not { } folder) return HttpAnswer.NotFound;
        var culture = CultureInfo.InvariantCulture;
        if (!ulong.TryParse(request.Query("seed"), NumberStyles.None, culture, out ulong seed)
            || !ulong.TryParse(request.Query("to") ?? "0", NumberStyles.None, culture, out ulong to)
            || !double.TryParse(request.Query("way") ?? "0", NumberStyles.Float, culture, out double way)
            || way is not (>= 0 and <= 1)
            || !int.TryParse(request.Query("class") ?? "0", NumberStyles.None, culture, out int label))
            return HttpAnswer.Refusal("400 Bad Request", "An image takes a seed, another seed, a way of 0 to 1, and a class.");
        return drawer.Draw(folder, seed, to, way, label, stop);
    }

    async Task<HttpAnswer?> News(string name, Func<EventStream> events, CancellationToken stop)
    {
        if (catalog.With(name, Seen) is null) return HttpAnswer.NotFound;
        try
        {
            if (Interlocked.Increment(ref _streams) > MostStreams)
                return HttpAnswer.Refusal("503 Service Unavailable", "Too many pages follow runs here.");
            var stream = events();
            string? last = null;
            for (int looks = 0; ; looks++)
            {
                var (now, document) = catalog.With(name,
                    run => Seen(run) is var at && at != last ? (at, Document(run)) : (at, null));
                if (now is null) return null;
                if (document is not null) await stream.Send("report", document).ConfigureAwait(false);
                else if (looks % LooksPerSign == 0) await stream.Send("", default).ConfigureAwait(false);
                last = now;
                await Task.Delay(s_look, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException)
        {
            // The run was deleted or is being rewritten, or nobody listens: a page asks again by itself.
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    /// <summary>What there is of a run; it changes when its document does.</summary>
    static string Seen(RunReader run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Curves.LastStep} {run.Curves.Lines} {run.Grids().Count} {run.Folder.CheckpointSteps().LastOrDefault(-1)} "
        + $"{(File.Exists(run.Folder.Scores) ? new FileInfo(run.Folder.Scores).Length : 0)} {run.IsClaimed}");
}
