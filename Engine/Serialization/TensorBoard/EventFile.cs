using System.Globalization;
using System.Text.RegularExpressions;
using Ssgan.Engine.Serialization.Protobuf;

namespace Ssgan.Engine.Serialization.TensorBoard;

/// <summary>
/// Writes a file of events that TensorBoard shows: numbers, pictures, histograms and texts by step. What is written is on its way
/// to the disk when a method returns, so that a board can follow. Several files may lie in one folder; a process that goes on
/// with what another began makes one of its own and calls <see cref="Restart"/>.
/// </summary>
/// <remarks>
/// Messages and numbers of their fields are those of event.proto, summary.proto and tensor.proto in tensorflow/core; numbers and
/// pictures are in their first form, which TensorBoard's readers turn into the present one.
/// </remarks>
public sealed partial class EventFile : IDisposable
{
    // Of Event, Summary.Value and what they hold.
    const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, Session = 7, SessionStart = 1;
    const int Value = 1, Tag = 1, Simple = 2, ImageField = 4, HistogramField = 5, TensorField = 8, Metadata = 9;
    const int TextType = 7, TextValue = 8, TensorType = 1, TensorShape = 2, ShapeDim = 2, DimSize = 1, Rgb = 3;

    readonly FileStream _file;
    readonly TimeProvider _clock;

    EventFile(FileStream file, TimeProvider clock) => (_file, _clock) = (file, clock);

    /// <summary>The file: events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER.</summary>
    public string Path => _file.Name;

    /// <summary>Makes a new file in a folder, which is made too.</summary>
    /// <param name="folder">A run's folder: a board shows each under its own name.</param>
    /// <param name="clock">What tells the times of events; null for the system's.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static EventFile Create(string folder, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        clock ??= TimeProvider.System;
        Directory.CreateDirectory(folder);
        string host = NotOfNames().Replace(Environment.MachineName, "-");
        for (int number = 0; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture,
                $"events.out.tfevents.{clock.GetUtcNow().ToUnixTimeSeconds()}.{host}.{Environment.ProcessId}.{number}");
            string path = System.IO.Path.Combine(folder, name);
            try
            {
                var file = new EventFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write,
                    FileShare.ReadWrite | FileShare.Delete), clock);
                file.Write(0, new WireWriter().Text(FileVersion, "brain.Event:2"));
                return file;
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another file of the same second.
            }
        }
    }

    /// <summary>Says that a run goes on here: a board forgets what other files of the folder have from that step on.</summary>
    /// <param name="step">The first step of this file.</param>
    public void Restart(long step) => Write(step, new WireWriter().Message(Session, new WireWriter().Integer(1, SessionStart)));

    /// <summary>Numbers of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">Each by its tag; a tag's parts before slashes group it.</param>
    public void Scalars(long step, IEnumerable<(string Tag, double Value)> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var summary = new WireWriter();
        foreach (var (tag, value) in values)
            summary.Message(Value, new WireWriter().Text(Tag, tag).Single(Simple, (float)value));
        if (summary.Length > 0) Write(step, new WireWriter().Message(Summary, summary));
    }

    /// <summary>A picture.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="png">A PNG file's bytes.</param>
    /// <param name="width">Its width, pixels.</param>
    /// <param name="height">Its height.</param>
    public void Image(long step, string tag, ReadOnlyMemory<byte> png, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var image = new WireWriter().Integer(1, height).Integer(2, width).Integer(3, Rgb).Bytes(4, png);
        Write(step, new WireWriter().Message(Summary, new WireWriter()
            .Message(Value, new WireWriter().Text(Tag, tag).Message(ImageField, image))));
    }

    /// <summary>Distributions of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="histograms">Each by its tag.</param>
    public void Histograms(long step, IEnumerable<(string Tag, Histogram Histogram)> histograms)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        var summary = new WireWriter();
        foreach (var (tag, h) in histograms)
        {
            var proto = new WireWriter().Double(1, h.Least).Double(2, h.Most).Double(3, h.Count).Double(4, h.Sum)
                .Double(5, h.SumOfSquares).Doubles(6, h.Limits.Span).Doubles(7, h.Counts.Span);
            summary.Message(Value, new WireWriter().Text(Tag, tag).Message(HistogramField, proto));
        }
        if (summary.Length > 0) Write(step, new WireWriter().Message(Summary, summary));
    }

    /// <summary>A text, which a board shows as Markdown.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="markdown">The text.</param>
    public void Text(long step, string tag, string markdown)
    {
        ArgumentNullException.ThrowIfNull(tag);
        ArgumentNullException.ThrowIfNull(markdown);
        var shape = new WireWriter().Message(ShapeDim, new WireWriter().Integer(DimSize, 1));
        var tensor = new WireWriter().Integer(TensorType, TextType).Message(TensorShape, shape).Text(TextValue, markdown);
        var metadata = new WireWriter().Message(1, new WireWriter().Text(1, "text"));
        Write(step, new WireWriter().Message(Summary, new WireWriter()
            .Message(Value, new WireWriter().Text(Tag, tag).Message(TensorField, tensor).Message(Metadata, metadata))));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>An event of what a message holds beside time and step.</summary>
    void Write(long step, WireWriter what)
    {
        double seconds = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        using var bytes = new MemoryStream();
        new WireWriter().Double(WallTime, seconds).Integer(Step, step).WriteTo(bytes);
        what.WriteTo(bytes);
        // In one call, so that a reader meets a whole record or one that it knows to be torn.
        _file.Write(EventRecord.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        _file.Flush();
    }

    [GeneratedRegex("[^A-Za-z0-9-]+")]
    private static partial Regex NotOfNames();
}
