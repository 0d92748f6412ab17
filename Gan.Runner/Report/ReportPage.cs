using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Report;

/// <summary>
/// A page that browsers show without a network: styles, scripts, numbers and pictures are in it, and its policy forbids it to
/// fetch anything. What it shows goes from JSON into text nodes, so that no name can become markup.
/// </summary>
static partial class ReportPage
{
    static readonly Lazy<string> s_script = new(static () => Unpacked("page.js.gz")), s_style = new(static () =>
        Unpacked("page.css.gz"));

    /// <summary>What both saved and served pages may do: run the scripts and styles that are in them, and nothing else.</summary>
    static readonly Lazy<string> s_policy = new(static () =>
        $"default-src 'none'; base-uri 'none'; form-action 'none'; script-src '{Digest(s_script.Value)}'; "
        + $"style-src '{Digest(s_style.Value)}'; ");

    /// <summary>Writes a run's page, which appears whole or not at all.</summary>
    /// <param name="run">The run.</param>
    /// <param name="file">The page.</param>
    /// <param name="nameOf">From a setting's name in config.json to its option.</param>
    /// <param name="step">Steps that are finished, where the caller knows more than the log.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="Gan.Settings.TrainingException">The run's settings cannot be read.</exception>
    public static void Save(RunReader run, string file, Func<string, string> nameOf, long? step = null)
    {
        run.Refresh();
        var sheets = new SheetPictures(run.Grids());
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("runs");
            new RunDocument(run, nameOf) { Step = step, Notes = sheets.Notes }.Write(json, sheets.Pictures);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        // The encoder of JSON leaves neither < nor & nor quotes as they are, so that the element ends where it should.
        byte[] page = Encoding.UTF8.GetBytes(Page(run.Name, s_policy.Value + "img-src data:",
            Encoding.UTF8.GetString(buffer.WrittenSpan)));
        AtomicFile.Write(file, stream => stream.Write(page));
    }

    /// <summary>The page that asks its server for runs.</summary>
    public static byte[] Live() => Encoding.UTF8.GetBytes(Page("ssgan",
        s_policy.Value + "img-src 'self' blob: data:; connect-src 'self'", "{\"live\":true}"));

    static string Page(string title, string policy, string data)
    {
        using var template = new StreamReader(Resource("page.html"));
        return Marker().Replace(template.ReadToEnd().ReplaceLineEndings("\n"), match => match.Groups[1].Value switch
        {
            "title" => HtmlEncoder.Default.Encode(title),
            "policy" => policy,
            "style" => s_style.Value,
            "script" => s_script.Value,
            _ => data,
        });
    }

    static string Digest(string text) => "sha256-" + Convert.ToBase64String(Sha256.HashData(Encoding.UTF8.GetBytes(text)));

    static string Unpacked(string name)
    {
        using var packed = Resource(name);
        using var text = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        return text.ReadToEnd();
    }

    static Stream Resource(string name) => typeof(ReportPage).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"This program was built without its page's {name}.");

    [GeneratedRegex("\\{\\{(\\w+)\\}\\}")]
    private static partial Regex Marker();
}
