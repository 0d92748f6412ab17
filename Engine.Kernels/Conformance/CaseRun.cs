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
    /// <summary>Uniform in [0.8, 1.2): products of thousands that no order makes overflow.</summary>
    NearOne,
}

/// <summary>A result of a run, read back.</summary>
public readonly record struct CaseResult(string Name, double[] Values, Tolerance Tolerance);

/// <summary>
/// One run of a case's body on one backend. Arrays of 16-bit floats are so where it computes in them; elsewhere they are F32
/// arrays of rounded values, so that the same body serves both. Each array lies between guard bytes that are checked at the
/// end.
/// </summary>
public sealed class CaseRun : IDisposable
{
    const int Guard = 256;
    const byte GuardByte = 0xA5;
    readonly bool _naive, _fill;
    readonly Random _random;
    readonly List<(TensorView Whole, TensorView Inner)> _blocks = [];
    readonly Dictionary<nint, double[]> _inputs = [];
    readonly Dictionary<nint, DType> _narrow = [];
    readonly List<CaseResult> _results = [];

    /// <summary>The storage types of activations.</summary>
    internal static readonly DType[] Storages = [DType.F32, DType.BF16];

    /// <summary>The storage types of functors and reductions.</summary>
    internal static readonly DType[] Mapped = [DType.F32, DType.BF16, DType.F16];

    /// <summary>For rows with and without something.</summary>
    internal static readonly bool[] Both = [false, true];

    internal CaseRun(Backend backend, int seed, bool naive, bool fill)
    {
        (Backend, _naive, _fill) = (backend, naive, fill);
        _random = new Random(seed);
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

    /// <summary>An input with given values, rounded to a type.</summary>
    public TensorView Input(Shape shape, ReadOnlySpan<float> values, DType type = DType.F32, int skew = 0)
    {
        if (values.Length != shape.Count) throw new ArgumentException($"Input: {values.Length} values for shape {shape}.");
        double[] held = [.. values.ToArray().Select(x => StoredValues.Round(x, type))];
        var view = New(shape, type, skew);
        Backend.Upload(StoredValues.Bytes(held, view.Type), view);
        _inputs[view.Address] = held;
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

    /// <summary>An input of any type with given values.</summary>
    public TensorView Values(Shape shape, DType type, double[] values, int skew = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        var view = New(shape, type, skew);
        byte[] bytes = StoredValues.Bytes(values, type);
        Backend.Upload(bytes, view);
        _inputs[view.Address] = StoredValues.Of(bytes, type);
        return view;
    }

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
        expected = InStorage(view, expected);
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
                Draw.NearOne => 0.8f + 0.4f * t,
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

    /// <summary>Frees the arrays.</summary>
    public void Dispose()
    {
        foreach (var (whole, _) in _blocks) Backend.Free(whole.Address, whole.Bytes);
        _blocks.Clear();
    }

    TensorView New(Shape shape, DType type, int skew)
    {
        var asked = type;
        if (type == DType.BF16 && !Backend.ComputesIn(type) || type == DType.F16 && !Backend.MapsIn(type)) type = DType.F32;
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
        if (asked is DType.BF16 or DType.F16) _narrow[inner.Address] = asked;
        return inner;
    }

    static TensorView Part(TensorView whole, int start, int length) => new(whole.Address + start, new Shape(length), DType.U8);

    double[] Read(TensorView view)
    {
        var bytes = new byte[view.Bytes];
        Backend.Download(view, bytes);
        return InStorage(view, StoredValues.Of(bytes, view.Type));
    }

    /// <summary>Values as the type rounds them that a case asked for, which may be stored as F32 here.</summary>
    double[] InStorage(TensorView view, double[] values) => _narrow.TryGetValue(view.Address, out var type)
        ? Array.ConvertAll(values, x => StoredValues.Round((float)x, type)) : values;
}
