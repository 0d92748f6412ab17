using System.Text.Json;

namespace Ssgan.Runner.Runs;

/// <summary>
/// Reads metrics.jsonl from where it stopped the time before. A line that is still being written waits for its end; one that is
/// none, is longer than any of ours or goes back in steps is left out.
/// </summary>
/// <param name="path">The file, which need not be there yet.</param>
sealed class LogTail(string path)
{
    /// <summary>The part of a line whose numbers stand for layers.</summary>
    const string Layers = "sigma";

    const int MostLine = 1 << 16, Remembered = 64;

    readonly List<(int Name, double Value)> _values = [];
    readonly List<string> _order = [];
    byte[] _before = [];
    long _position;
    bool _skips;

    /// <summary>What was read.</summary>
    public RunCurves Curves { get; private set; } = new();

    /// <summary>Lines that were left out.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Reads what has come since the last call; of a log that was cut or replaced, as a resumed run's is, all.</summary>
    /// <returns>Whether anything did.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Read()
    {
        if (!File.Exists(path)) return false;
        // Sharing with the run that writes it.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        long lines = Curves.Lines + LeftOut;
        bool restarted = !Continues(file);
        if (restarted) (_position, _skips, LeftOut, Curves, lines) = (0, false, 0, new(), 0);
        file.Position = _position;
        byte[] buffer = new byte[MostLine];
        for (int kept = 0, read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            var rest = buffer.AsSpan(0, kept + read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                var line = rest[..end];
                if (_skips || !(line.IsEmpty || Take(line))) LeftOut++;
                _skips = false;
                Passed(rest[..(end + 1)]);
            }
            kept = rest.Length;
            if (kept == buffer.Length)
            {
                Passed(rest);
                (_skips, kept) = (true, 0);
            }
            else rest.CopyTo(buffer);
        }
        return restarted || Curves.Lines + LeftOut > lines;
    }

    /// <summary>A log's last whole line, found without reading what is before it; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunCurves? Last(string path)
    {
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        byte[] end = new byte[Math.Min(file.Length, MostLine)];
        file.Position = file.Length - end.Length;
        var lines = end.AsSpan(0, file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false));
        for (int last; (last = lines.LastIndexOf((byte)'\n')) >= 0; lines = lines[..last])
        {
            var line = lines[(lines[..last].LastIndexOf((byte)'\n') + 1)..last];
            var tail = new LogTail(path);
            if (!line.IsEmpty && tail.Take(line)) return tail.Curves;
        }
        return null;
    }

    /// <summary>Whether what was read last still stands where it did.</summary>
    bool Continues(FileStream file)
    {
        if (file.Length < _position) return false;
        byte[] now = new byte[_before.Length];
        file.Position = _position - _before.Length;
        return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_before);
    }

    void Passed(ReadOnlySpan<byte> bytes)
    {
        _position += bytes.Length;
        _before = bytes[Math.Max(0, bytes.Length - Remembered)..].ToArray();
    }

    bool Take(ReadOnlySpan<byte> line)
    {
        _values.Clear();
        double step = -1;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            int place = 0;
            Members(ref reader, "", ref place, ref step);
            if (reader.Read()) return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not written here, or torn by a crash; the second is of texts that are no UTF-8.
            return false;
        }
        if (!(step > Curves.LastStep)) return false;
        Curves.Add(step, _values);
        return true;
    }

    void Members(ref Utf8JsonReader reader, string prefix, ref int place, ref double step)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = Name(ref reader, place++);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && prefix.Length == 0 && name == Layers)
                Members(ref reader, Layers + ".", ref place, ref step);
            else if (reader.TokenType != JsonTokenType.Number) reader.Skip();
            else if (prefix.Length == 0 && name == "step") step = reader.TryGetInt64(out long whole) ? whole : -1;
            else if (reader.TryGetDouble(out double value) && double.IsFinite(value)
                && Curves.IndexOf(prefix.Length == 0 ? name : prefix + name) is >= 0 and var index) _values.Add((index, value));
        }
    }

    /// <summary>The name that the reader is at. Lines have the same ones in the same order: none is made anew.</summary>
    string Name(ref Utf8JsonReader reader, int place)
    {
        if (place < _order.Count && reader.ValueTextEquals(_order[place])) return _order[place];
        string name = reader.GetString()!;
        if (place < _order.Count) _order[place] = name;
        else if (place == _order.Count) _order.Add(name);
        return name;
    }
}
