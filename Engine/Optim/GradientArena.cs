using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// The gradients of an optimizer's parameters in one block of memory, so that ranks sum them by few large messages: in order of
/// arrival, last layers first, in buckets that are on their way as soon as all of their gradients are there. A small network is
/// one bucket.
/// </summary>
public sealed class GradientArena : IDisposable
{
    /// <summary>Bytes of a bucket, at least, where there are several; as PyTorch's.</summary>
    public const long BucketBytes = 25 << 20;

    // Whole cache lines, as vectors like them.
    const int Alignment = 16;

    readonly ICommunicator _ranks;
    readonly IReadOnlyList<NamedTensor> _parameters;
    readonly List<Bucket> _buckets = [];
    readonly List<Tensor> _places = [];
    readonly Tensor _memory;
    bool _runs;

    /// <summary>Takes memory for the gradients, which backward fills from now on.</summary>
    /// <param name="parameters">F32 leaves, on one device.</param>
    /// <param name="ranks">Who sums; they stay the caller's.</param>
    /// <param name="bucketBytes">Bytes of a bucket, at least.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is not F32.</exception>
    public GradientArena(IReadOnlyList<NamedTensor> parameters, ICommunicator ranks, long bucketBytes = BucketBytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(ranks);
        if (parameters.Count == 0) throw new ArgumentException("GradientArena: no parameters were given.");
        if (bucketBytes < 1) throw new ArgumentException($"GradientArena: buckets of {bucketBytes} bytes hold nothing.");
        foreach (var (_, parameter) in parameters) Guard.F32("GradientArena", parameter);
        (_parameters, _ranks) = (parameters, ranks);
        long total = 0;
        foreach (var (_, parameter) in parameters) total += Padded(parameter.Count);
        var device = parameters[0].Tensor.Device;
        _memory = device.Zeros(new Shape(checked((int)total))).Own();
        long start = 0, bucketStart = 0;
        var places = new List<GradientPlace>();
        for (int i = parameters.Count - 1; i >= 0; i--)
        {
            var parameter = parameters[i].Tensor;
            if (start == bucketStart) _buckets.Add(new Bucket());
            var bucket = _buckets[^1];
            bucket.Gradients++;
            var place = Part(start, parameter.Shape);
            var arrival = parameter.GradientPlace = new(place, () => Arrived(bucket));
            places.Add(arrival);
            start += Padded(parameter.Count);
            if ((start - bucketStart) * sizeof(float) < bucketBytes && i > 0) continue;
            bucket.Memory = Part(bucketStart, new Shape((int)(start - bucketStart)));
            bucketStart = start;
        }
        if (_buckets.Count == 1) return;
        foreach (var place in places) place.IsAwaited = true;
        device.EagerArenas++;
    }

    /// <summary>
    /// From here to <see cref="FinishSum"/> there is one backward, whose gradients are summed over the ranks. For their mean, let
    /// it start at 1 / <see cref="ICommunicator.Size"/>.
    /// </summary>
    public void BeginSum()
    {
        foreach (var bucket in _buckets) (bucket.Missing, bucket.IsSent) = (bucket.Gradients, false);
        _runs = true;
    }

    /// <summary>Sends what has not been, and waits for all.</summary>
    public void FinishSum()
    {
        _runs = false;
        foreach (var bucket in _buckets) if (!bucket.IsSent) Send(bucket);
        _ranks.FinishSums();
    }

    /// <summary>Gradients have memory of their own again.</summary>
    public void Dispose()
    {
        foreach (var (_, parameter) in _parameters)
        {
            parameter.ZeroGrad();
            parameter.GradientPlace = null;
        }
        if (_buckets.Count > 1) _memory.Device.EagerArenas--;
        foreach (var place in _places) place.Dispose();
        _memory.Dispose();
    }

    void Arrived(Bucket bucket)
    {
        if (_runs && --bucket.Missing == 0 && _buckets.Count > 1) Send(bucket);
    }

    void Send(Bucket bucket)
    {
        bucket.IsSent = true;
        _ranks.BeginSum(bucket.Memory!);
    }

    Tensor Part(long start, Shape shape)
    {
        var storage = new Storage(_memory.Device, _memory.View.Address + (nint)(start * sizeof(float)), static () => { });
        var part = new Tensor(storage, shape, DType.F32, "GradientArena");
        _places.Add(part);
        return part;
    }

    static long Padded(long count) => (count + Alignment - 1) / Alignment * Alignment;

    sealed class Bucket
    {
        public Tensor? Memory;
        public int Gradients, Missing;
        public bool IsSent;
    }
}
