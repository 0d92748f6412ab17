using System.Text;
using System.Text.Json;
using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>
/// Choices of plans on disk, in a file for each kind of card and version of cuDNN. It can be deleted at any time, and one that
/// cannot be read is not believed. Several processes may write it: each replaces it as a whole, and the last one's choices stay.
/// </summary>
sealed class ConvChoices
{
    const long Largest = 4 << 20;

    readonly Dictionary<string, ConvChoice> _choices = [];
    readonly string _device;
    readonly int _version;
    readonly Action<string> _notice;
    bool _failed;

    /// <summary>Reads the file, where there is one.</summary>
    /// <param name="folder">Where it is; made when something is kept.</param>
    /// <param name="device">The card.</param>
    /// <param name="version">cuDNN's.</param>
    /// <param name="notice">Told why a file is not used.</param>
    public ConvChoices(string folder, CudaProperties device, int version, Action<string> notice)
    {
        (_version, _notice) = (version, notice);
        _device = $"{device.Name}, compute capability {device.Major}.{device.Minor}, {device.Multiprocessors} multiprocessors";
        // A card's name is no file name.
        string digest = Convert.ToHexStringLower(Sha256.HashData(Encoding.UTF8.GetBytes($"{_device}, cuDNN {version}"))
            .AsSpan(0, 6));
        File = Path.Combine(folder, $"convolutions-{digest}.json");
        Read();
    }

    public string File { get; }

    public ConvChoice? Find(string key) => _choices.TryGetValue(key, out var choice) ? choice : null;

    /// <summary>Keeps a choice. A disk that refuses is noticed once; the run goes on without.</summary>
    public void Keep(string key, ConvChoice choice)
    {
        _choices[key] = choice;
        string temporary = $"{File}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            System.IO.File.WriteAllBytes(temporary, Write());
            System.IO.File.Move(temporary, File, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failed) _notice($"Choices of plans cannot be kept in {File}, so the next run makes them again: {e.Message}");
            _failed = true;
        }
    }

    void Read()
    {
        try
        {
            var info = new FileInfo(File);
            if (!info.Exists) return;
            if (info.Length > Largest) throw new JsonException($"it has {info.Length:N0} bytes");
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
            var root = document.RootElement;
            if (root.GetProperty("device").GetString() != _device || root.GetProperty("cudnn").GetInt32() != _version)
                throw new JsonException("it is of another card or version of cuDNN");
            foreach (var item in root.GetProperty("choices").EnumerateObject())
            {
                _choices[item.Name] = new ConvChoice(
                    item.Value.GetProperty("bias").GetBoolean(), item.Value.GetProperty("relu").GetBoolean(),
                    item.Value.GetProperty("place").GetInt32(), item.Value.GetProperty("engine").GetInt64());
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IOException or UnauthorizedAccessException)
        {
            _choices.Clear();
            _notice($"Choices of plans in {File} are not used, and are made again: {e.Message.TrimEnd('.')}.");
        }
    }

    byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("device", _device);
            json.WriteNumber("cudnn", _version);
            json.WriteStartObject("choices");
            foreach (var (key, choice) in _choices.OrderBy(static c => c.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(key);
                json.WriteBoolean("bias", choice.AddsBias);
                json.WriteBoolean("relu", choice.HasRelu);
                json.WriteNumber("place", choice.Place);
                json.WriteNumber("engine", choice.Engine);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
