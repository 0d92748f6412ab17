namespace Ssgan.Runner.Views;

/// <summary>
/// A number's course as a line of blocks, in bounded memory: where it grows long, each two points become their mean.
/// </summary>
sealed class Sparkline
{
    const int Most = 512;
    const string Blocks = "▁▂▃▄▅▆▇█";

    readonly List<double> _points = [];
    int _each = 1, _open;
    double _sum;

    /// <summary>Adds a value.</summary>
    public void Add(double value)
    {
        if (!double.IsFinite(value)) return;
        _sum += value;
        if (++_open < _each) return;
        _points.Add(_sum / _each);
        (_sum, _open) = (0, 0);
        if (_points.Count < Most) return;
        for (int i = 0; i < Most / 2; i++) _points[i] = (_points[2 * i] + _points[2 * i + 1]) / 2;
        _points.RemoveRange(Most / 2, Most / 2);
        _each *= 2;
    }

    /// <summary>The line, from its lowest to its highest point; empty where there are not two points yet.</summary>
    /// <param name="width">Blocks at most.</param>
    public string Draw(int width)
    {
        if (_points.Count < 2 || width < 2) return "";
        int count = Math.Min(width, _points.Count);
        double[] means = [.. Enumerable.Range(0, count).Select(i => Mean((long)i * _points.Count / count,
            (long)(i + 1) * _points.Count / count))];
        double low = means.Min(), range = means.Max() - low;
        return new string([.. means.Select(m => Blocks[range > 0 ? (int)Math.Min(7, (m - low) / range * 8) : 3])]);
    }

    double Mean(long from, long to)
    {
        double sum = 0;
        for (long i = from; i < to; i++) sum += _points[(int)i];
        return sum / (to - from);
    }
}
