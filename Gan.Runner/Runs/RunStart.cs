using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Runs;

/// <summary>Where and how a process began to train a run: a line of starts.jsonl.</summary>
/// <param name="Date">When, UTC.</param>
/// <param name="Step">Steps that were finished before.</param>
/// <param name="Version">This program's version.</param>
/// <param name="Arguments">Its command line, each argument by itself.</param>
/// <param name="Device">What computed.</param>
/// <param name="Networks">Sizes, device and arithmetic in words.</param>
/// <param name="Data">The images in words.</param>
/// <param name="Processor">The processor's name, where the system tells it.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="Memory">Bytes of memory that the process may take.</param>
/// <param name="System">The operating system and the runtime.</param>
sealed record RunStart(DateTime Date, long Step, string Version, IReadOnlyList<string> Arguments, string Device, string Networks,
    string Data, string? Processor, int Cores, long Memory, string System)
{
    const int MostStarts = 100, MostLine = 1 << 16;

    /// <summary>This program's version; without the commit, which follows a plus.</summary>
    public static string ProgramVersion { get; } = typeof(RunStart).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>This process on this machine, as it would begin a new run.</summary>
    public static RunStart Here(IReadOnlyList<string> arguments, string device, string networks, string data) =>
        new(DateTime.UtcNow, 0, ProgramVersion, arguments, device, networks, data, ProcessorName(), Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    /// <summary>Adds it to a run's.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void AppendTo(RunFolder folder) =>
        File.AppendAllText(folder.Starts, JsonSerializer.Serialize(this, RunStartJson.Default.RunStart) + "\n");

    /// <summary>The newest starts of a run, in their order; lines that are none are left out.</summary>
    public static IReadOnlyList<RunStart> Of(RunFolder folder)
    {
        if (!File.Exists(folder.Starts)) return [];
        var starts = new Queue<RunStart>();
        using var file = new FileStream(folder.Starts, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // Foreign files may be of any length.
        using var reader = new StreamReader(file.Length > MostStarts * MostLine ? Stream.Null : file);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > MostLine) continue;
            try
            {
                if (JsonSerializer.Deserialize(line, RunStartJson.Default.RunStart) is { } start) starts.Enqueue(start);
            }
            catch (JsonException)
            {
                // Torn by a crash, or not written here.
            }
            if (starts.Count > MostStarts) starts.Dequeue();
        }
        return [.. starts];
    }

    /// <summary>What it says, as (name, value).</summary>
    public IReadOnlyList<(string Name, string Value)> Facts() =>
    [
        ("Started", Date.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)), ("Data", Data),
        ("Networks", Networks), ("Device", Device),
        ("Processor", string.Create(CultureInfo.InvariantCulture, $"{Processor ?? "unknown"}, {Cores} logical processors")),
        ("Memory", Format.Bytes(Memory)), ("System", System), ("Program", $"ssgan {Version}"),
        ("Command", "ssgan " + RunCommandLine.Quote(Arguments)),
    ];

    static string? ProcessorName()
    {
        const string file = "/proc/cpuinfo", field = "model name";
        if (!File.Exists(file)) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        string? line = File.ReadLines(file).FirstOrDefault(static l => l.StartsWith(field, StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(RunStart))]
internal sealed partial class RunStartJson : JsonSerializerContext;
