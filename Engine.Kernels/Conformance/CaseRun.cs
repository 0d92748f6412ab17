using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>How an input is drawn.</summary>
public enum Draw
{
    /// <summary>Uniform in [−2, 2).</summary>
    Uniform,
    /// <summary>Uniform in [0.4, 2.5): for roots, logarithms and divisors.</summary>
    Positive,
    /// <summary>
    /// Uniform in [−2, 2), with zeros of both signs, NaN, infinities, subnormals and values beyond BF16's largest in
    /// the first places.
    /// </summary>
    Special,
    /// <summary>Uniform in ±1e38: sums overflow.</summary>
    Huge,
}

/// <summary>A result of a run, read back.</summary>
public readonly record struct CaseResult(string Name, double[] Values, Tolerance Tolerance);

/// <summary>
/// One run of a case's body on one backend. BF16 arrays are BF16 where it computes in that; elsewhere they are F32 arrays of
/// rounded values, so that the same body serves both. Each array lies between guard bytes that are checked at the end.
/// </summary>
public sealed class CaseRun : IDisposable
{
    const int Guard = 256;
    const byte GuardByte = 0xA5;
    readonly bool _naive, _fill, _emulateBf16;
    readonly Random _random;
    readonly List<(TensorView Whole, TensorView Inner)> _blocks = [];
    readonly Dictionary<nint, double[]> _inputs = [];
    readonly HashSet<nint> _bf16 = [];
    readonly List<CaseResult> _results = [];

    /// <summary>The storage types of activations.</summary>
    internal static readonly DType[] Storages = [DType.F32, DType.BF16];

    /// <summary>For rows with and without something.</summary>
    internal static readonly bool[] Both = [false, true];

    internal CaseRun(Backend backend, int seed, bool naive, bool fill)
    {
        (Backend, _naive, _fill) = (backend, naive, fill);
        (_emulateBf16, _random) = (!backend.ComputesIn(DType.BF16), new Random(seed));
    }

    /// <summary>The primitives under test.</summary>
    public Backend Backend { get; }

    internal IReadOnlyList<CaseResult> Results => _results;

    internal string? FirstMisfit { get; private set; }

    /// <summary>
    /// An input with random values. <paramref name="skew"/> elements past the alignment of an allocation, where a case wants a
    /// misaligned array.
    /// </summary>
    public TensorView Input(Shape shape, DType type = DType.F32, Draw draw = Draw.Uniform, int skew = 0) =>
        Input(shape, Numbers(shape.Count, draw), type, skew);

    /// <summary>An input with given values; F32 or BF16 (rounded to it).</summary>
    public TensorView Input(Shape shape, ReadOnlySpan<float> values, DType type = DType.F32, int skew = 0)
    {
        if (values.Length != shape.Count) throw new ArgumentException($"Input: {values.Length} values for shape {shape}.");
        float[] held = values.ToArray();
        if (type == DType.BF16) for (int i = 0; i < held.Length; i++) held[i] = BFloat16.Round(held[i]);
        var view = New(shape, type, skew);
        if (view.Type == DType.BF16)
            Backend.Upload(MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(held, BFloat16.FromSingle)), view);
        else Backend.Upload(MemoryMarshal.AsBytes<float>(held), view);
        _inputs[view.Address] = Array.ConvertAll(held, static x => (double)x);
        return view;
    }

    /// <summary>An I32 input.</summary>
    public TensorView Ints(Shape shape, ReadOnlySpan<int> values, int skew = 0)
    {
        var view = New(shape, DType.I32, skew);
        Backend.Upload(MemoryMarshal.AsBytes(values), view);
        _inputs[view.Address] = [.. values.ToArray().Select(static x => (double)x)];
        return view;
    }

    /// <summary>An I32 input, uniform in [low, high).</summary>
    public TensorView Ints(Shape shape, int low, int high) =>
        Ints(shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => _random.Next(low, high))]);

    /// <summary>A U8 input of random bytes.</summary>
    public TensorView Bytes(Shape shape, int skew = 0)
    {
        var values = new byte[shape.Count];
        _random.NextBytes(values);
        var view = New(shape, DType.U8, skew);
        Backend.Upload(values, view);
        _inputs[view.Address] = Array.ConvertAll(values, static x => (double)x);
        return view;
    }

    /// <summary>An array that the primitive writes whole.</summary>
    public TensorView Output(Shape shape, DType type = DType.F32, int skew = 0)
    {
        var view = New(shape, type, skew);
        if (!_fill || view.Bytes == 0) return view;
        // NaN in both float types, −1 in I32: an element that nobody wrote shows.
        var pattern = new byte[view.Bytes];
        pattern.AsSpan().Fill(0xFF);
        Backend.Upload(pattern, view);
        return view;
    }

    /// <summary>What an input held before the call, in double; for naive loops.</summary>
    public double[] this[TensorView input] => _inputs[input.Address];

    /// <summary>Reads a result back and holds it against the naive loop, where this run asks for one.</summary>
    /// <param name="name">For the message, such as "dx".</param>
    /// <param name="view">An output, or an input that was overwritten.</param>
    /// <param name="tolerance">For the naive loop, and between backends.</param>
    /// <param name="naive">The expected values, row-major.</param>
    public void Expect(string name, TensorView view, Tolerance tolerance, Func<double[]> naive)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(naive);
        double[] values = Read(view);
        _results.Add(new CaseResult(name, values, tolerance));
        if (!_naive || FirstMisfit is not null) return;
        double[] expected = naive();
        if (_bf16.Contains(view.Address)) expected = Array.ConvertAll(expected, static x => (double)BFloat16.Round((float)x));
        FirstMisfit = tolerance.Misfit(name, values, expected);
    }

    /// <summary>Random numbers from this run's seed.</summary>
    public float[] Numbers(long count, Draw draw)
    {
        var values = new float[count];
        for (long i = 0; i < count; i++)
        {
            float t = _random.NextSingle();
            values[i] = draw switch
            {
                Draw.Positive => 0.4f + 2.1f * t,
                Draw.Huge => (t - 0.5f) * 2e38f,
                _ => 4 * t - 2,
            };
        }
        if (draw != Draw.Special) return values;
        ReadOnlySpan<float> special = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -1e-40f,
            3.4e38f, -3.4e38f, 1f, -1f, 65504f];
        special[..(int)Math.Min(count, special.Length)].CopyTo(values);
        return values;
    }

    /// <summary>Frees everything; the sentence that names an array whose guard bytes changed, or null.</summary>
    internal string? Finish()
    {
        string? broken = null;
        foreach (var (whole, inner) in _blocks)
        {
            var bytes = new byte[whole.Bytes];
            int lead = (int)(inner.Address - whole.Address), end = lead + (int)inner.Bytes;
            Span<byte> all = bytes;
            Backend.Download(Part(whole, 0, lead), all[..lead]);
            Backend.Download(Part(whole, end, bytes.Length - end), all[end..]);
            if (all[..lead].ContainsAnyExcept(GuardByte) || all[end..].ContainsAnyExcept(GuardByte))
                broken ??= $"bytes outside of an array {inner.Shape} {inner.Type} were overwritten";
        }
        Dispose();
        return broken;
    }

    public void Dispose()
    {
        foreach (var (whole, _) in _blocks) Backend.Free(whole.Address, whole.Bytes);
        _blocks.Clear();
    }

    TensorView New(Shape shape, DType type, int skew)
    {
        bool isBf16 = type == DType.BF16;
        if (isBf16 && _emulateBf16) type = DType.F32;
        int lead = Guard + skew * type.Size();
        long bytes = shape.Count * type.Size();
        int total = checked((int)(lead + bytes + Guard));
        var whole = new TensorView(Backend.Allocate(total), new Shape(total), DType.U8);
        var inner = new TensorView(whole.Address + lead, shape, type);
        var guard = new byte[Math.Max(lead, Guard)];
        guard.AsSpan().Fill(GuardByte);
        Backend.Upload(guard.AsSpan(0, lead), Part(whole, 0, lead));
        Backend.Upload(guard.AsSpan(0, Guard), Part(whole, lead + (int)bytes, Guard));
        _blocks.Add((whole, inner));
        if (isBf16) _bf16.Add(inner.Address);
        return inner;
    }

    static TensorView Part(TensorView whole, int start, int length) => new(whole.Address + start, new Shape(length), DType.U8);

    double[] Read(TensorView view)
    {
        var bytes = new byte[view.Bytes];
        Backend.Download(view, bytes);
        double[] values = view.Type switch
        {
            DType.F32 => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(static x => (double)x)],
            DType.BF16 => [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(static x => (double)BFloat16.ToSingle(x))],
            DType.I32 => [.. MemoryMarshal.Cast<byte, int>(bytes).ToArray().Select(static x => (double)x)],
            _ => Array.ConvertAll(bytes, static x => (double)x),
        };
        bool emulated = _emulateBf16 && _bf16.Contains(view.Address);
        return emulated ? Array.ConvertAll(values, static x => (double)BFloat16.Round((float)x)) : values;
    }
}
