using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.Inception;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>
/// Computes scores of images, each with its receipt. Five lines score a generator:
/// <code>
/// using var device = Device.Cpu(allowWinograd: false);
/// using var network = FeatureNetworks.Open(device, FeatureNetworks.Auto, ImageResize.TensorFlow);
/// using var generator = TrainedGenerator.Open(device, "runs/0001-shapes-ssgan32");
/// using var data = DatasetFactory.Open("shapes", generator.Size, new DataOptions());
/// var receipts = new Evaluator(device, network, new() { Images = 5000, Reals = 5000 }).Run(data, generator.Images);
/// </code>
/// </summary>
public sealed class Evaluator
{
    readonly Device _device;
    readonly IFeatureNetwork _network;
    readonly EvaluationOptions _options;
    readonly IReadOnlyList<Metric> _metrics;
    readonly FeatureReader _reader;
    readonly string _arithmetic;

    /// <summary>An evaluator. Device and network stay the caller's.</summary>
    /// <param name="device">Where the network is and products are computed.</param>
    /// <param name="network">What describes images.</param>
    /// <param name="options">What is measured, and how.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a metric needs what the network does not
    /// tell.</exception>
    public Evaluator(Device device, IFeatureNetwork network, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        (_device, _network, _options, _metrics) = (device, network, options, options.Validate());
        if (network.Info.Classes == 0 && _metrics.FirstOrDefault(static m => m.NeedsClasses) is { } metric)
            throw new ArgumentException(
                $"The metric {metric.Name} is of logits of classes, and the network {network.Info.Name} tells none.");
        _arithmetic = Arithmetic(device);
        _reader = new FeatureReader(network, $"{options.Protocol.Resize}, {_arithmetic}", options);
    }

    /// <summary>Scores what a generator draws.</summary>
    /// <param name="data">The real images.</param>
    /// <param name="draw">Makes the images to draw.</param>
    /// <param name="stop">Ends it between two batches; features that are computed are kept.</param>
    /// <returns>A receipt for each score.</returns>
    /// <exception cref="ArgumentException">There are too few images for a metric; the message says which.</exception>
    /// <exception cref="MetricException">Features are not finite.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public IReadOnlyList<Receipt> Run(IImageSource data, Func<DrawRequest, MeasuredImages> draw, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(draw);
        return Run(seed => Reals(data, seed), draw, stop);
    }

    /// <summary>The real images that a seed's scores compare with.</summary>
    /// <param name="data">All real images.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ArgumentException">There are fewer than are asked for.</exception>
    public SourceImages Reals(IImageSource data, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        var protocol = _options.Protocol;
        int count = _options.Reals ?? (protocol.ChoosesReals ? (int)Math.Min(_options.Images, data.Count ?? long.MaxValue)
            : data.Count is null ? _options.Images : 0);
        return SourceImages.Of(data, count, protocol.ChoosesReals ? seed : 0);
    }

    /// <summary>
    /// The real images that are most like some others, by the distance of their features: whether a generator repeats what it
    /// saw.
    /// </summary>
    /// <param name="data">All real images.</param>
    /// <param name="images">The others.</param>
    /// <param name="rows">How many of them, from the first on.</param>
    /// <param name="k">Real images for each.</param>
    /// <param name="stop">Ends it between two batches.</param>
    public NeighbourSheet NearestReals(IImageSource data, MeasuredImages images, int rows, int k,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var reals = Reals(data, _options.Seeds[0]);
        if (reals.Size != images.Size)
            throw new ArgumentException($"{images.Record.Name} has images of {images.Size}x{images.Size}, and {data.Name} of "
                + $"{reals.Size}x{reals.Size}.");
        rows = Math.Min(rows, images.Count);
        var known = _reader.Read(reals, "real", keep: true, stop).Features;
        byte[] first = [];
        foreach (var batch in images.Read(0, rows, stop))
        {
            first = batch.ToArray();
            break;
        }
        var (features, _) = _network.Read(first, rows, images.Size);
        var nearest = NearestNeighbours.Of(_device, new FeatureSet(features, _network.Info.Dimensions), known, k);
        int bytes = images.Size * images.Size * 3, columns = k + 1;
        byte[] pixels = new byte[checked(rows * columns * bytes)];
        for (int row = 0; row < rows; row++)
        {
            first.AsSpan(row * bytes, bytes).CopyTo(pixels.AsSpan(row * columns * bytes));
            for (int i = 0; i < k; i++)
                reals.ReadOne(nearest[row][i].Index, pixels.AsSpan((row * columns + i + 1) * bytes, bytes));
        }
        return new(pixels, rows * columns, columns);
    }

    /// <summary>Scores images, of a folder say, against others; both are used whole.</summary>
    /// <param name="real">What they are compared with.</param>
    /// <param name="images">What is scored.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <inheritdoc cref="Run(IImageSource, Func{DrawRequest, MeasuredImages}, CancellationToken)"/>
    public IReadOnlyList<Receipt> Run(MeasuredImages real, MeasuredImages images, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(images);
        return Run(_ => real, _ => images, stop);
    }

    /// <summary>Scores images against statistics that are published or kept; only fid can be computed so.</summary>
    /// <param name="real">Mean and covariance of the real images' features by the same network.</param>
    /// <param name="record">Where they are from.</param>
    /// <param name="draw">Makes the images to draw.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <exception cref="ArgumentException">Another metric is asked for, or the statistics are of another network.</exception>
    public IReadOnlyList<Receipt> Run(FeatureStatistics real, ImageRecord record, Func<DrawRequest, MeasuredImages> draw,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(draw);
        if (_metrics.FirstOrDefault(static m => m.ComparesWithReals && !m.TakesStatistics) is { } metric)
            throw new ArgumentException($"The metric {metric.Name} compares images, and of {record.Name} only mean and "
                + "covariance are known.");
        if (real.Dimensions != _network.Info.Dimensions)
            throw new ArgumentException($"{record.Name} has {real.Dimensions} features, and the network {_network.Info.Name} "
                + $"{_network.Info.Dimensions}.");
        var reference = new Lazy<FrechetReference>(() => Reference(real));
        return Collect([.. _options.Seeds.Select(seed => Seed(seed, null, reference, record, draw, stop))]);
    }

    /// <summary>Mean and covariance of images' features, to be kept or given to other tools.</summary>
    /// <param name="images">The images.</param>
    /// <param name="stop">Ends it between two batches.</param>
    public FeatureStatistics Statistics(MeasuredImages images, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return FeatureStatistics.Of(_reader.Read(images, "real", keep: true, stop).Features);
    }

    Receipt[] Run(Func<ulong, MeasuredImages> reals, Func<DrawRequest, MeasuredImages> draw, CancellationToken stop)
    {
        MeasuredImages? last = null;
        ImageFeatures? features = null;
        Lazy<FrechetReference>? reference = null;
        bool isCompared = _metrics.Any(static m => m.ComparesWithReals);
        var results = new List<SeedResult>();
        foreach (ulong seed in _options.Seeds)
        {
            if (!isCompared)
            {
                results.Add(Seed(seed, null, null, null, draw, stop));
                continue;
            }
            var real = reals(seed);
            if (last is null || real.Identity != last.Identity)
            {
                features = _reader.Read(real, "real", keep: true, stop);
                var set = features.Features;
                reference = new(() => Reference(FeatureStatistics.Of(set)));
                last = real;
            }
            results.Add(Seed(seed, features, reference, real.Record, draw, stop));
        }
        return Collect(results);
    }

    FrechetReference Reference(FeatureStatistics statistics)
    {
        if (statistics.Warning is { } warning) _options.Notice?.Invoke(warning);
        return new(statistics);
    }

    SeedResult Seed(ulong seed, ImageFeatures? real, Lazy<FrechetReference>? reference, ImageRecord? record,
        Func<DrawRequest, MeasuredImages> draw, CancellationToken stop)
    {
        var protocol = _options.Protocol;
        var compared = new DrawRequest(seed, _options.Images, protocol.Mapping, false);
        var scored = new DrawRequest(seed, _options.Images, protocol.ScoreMapping, protocol.ScoresByBatchStatistics);
        var read = new Dictionary<DrawRequest, (ImageFeatures Features, ImageRecord Record)>();
        foreach (var request in _metrics.Select(m => m.NeedsClasses ? scored : compared).Distinct())
        {
            var images = draw(request);
            read.Add(request, (_reader.Read(images, "drawn", keep: images is SourceImages, stop), images.Record));
        }
        var input = new MetricInput(_device, protocol, seed, _options.Notice)
        {
            Real = real!, Reals = reference!, Drawn = read.GetValueOrDefault(compared).Features,
            Scored = read.GetValueOrDefault(scored).Features,
        };
        var values = new List<(Metric, MetricValue)>();
        foreach (var metric in _metrics)
        {
            stop.ThrowIfCancellationRequested();
            values.AddRange(metric.Compute(input).Select(v => (metric, v)));
        }
        return new(record, read.GetValueOrDefault(compared).Record, read.GetValueOrDefault(scored).Record, values);
    }

    /// <summary>What one seed gave.</summary>
    sealed record SeedResult(ImageRecord? Real, ImageRecord? Compared, ImageRecord? Scored,
        IReadOnlyList<(Metric Metric, MetricValue Value)> Values);

    Receipt[] Collect(IReadOnlyList<SeedResult> seeds)
    {
        var (first, info) = (seeds[0], _network.Info);
        var date = DateTime.UtcNow;
        return [.. first.Values.Select((v, i) =>
        {
            double[] values = [.. seeds.Select(s => s.Values[i].Value.Value)];
            double mean = values.Average();
            var mapping = v.Metric.NeedsClasses ? _options.Protocol.ScoreMapping : _options.Protocol.Mapping;
            var images = (v.Metric.NeedsClasses ? first.Scored : first.Compared)!;
            return new Receipt
            {
                Metric = NameOf(v.Value.Name), Value = mean,
                Deviation = values.Length > 1 ? Math.Sqrt(values.Average(x => (x - mean) * (x - mean))) : null,
                Spread = v.Value.Spread is null ? null : seeds.Average(s => s.Values[i].Value.Spread!.Value),
                Values = values, Seeds = _options.Seeds, Protocol = _options.Protocol.Name, Network = info.Name,
                NetworkSha256 = info.Sha256, Resize = _options.Protocol.Resize.ToString(),
                Mapping = images.Weights is null ? null : mapping.ToString(),
                Parameters = new(v.Value.Parameters.ToDictionary(static p => p.Name, static p => p.Value),
                    StringComparer.Ordinal),
                Real = v.Metric.ComparesWithReals ? first.Real : null, Images = images, Arithmetic = _arithmetic,
                Device = _device.Describe(), Version = typeof(Receipt).Assembly.GetName().Version!.ToString(3), Date = date,
            };
        })];
    }

    /// <summary>
    /// What a receipt calls a score: its plain name for the network of the papers alone, and never FID for another.
    /// </summary>
    internal string NameOf(string score) =>
        IsReference ? score : $"{score.Replace("FID", "FD", StringComparison.Ordinal)}-{_network.Info.Name}";

    bool IsReference => _network is InceptionNetwork
        && _network.Info.Sha256.StartsWith(InceptionWeights.HashStart, StringComparison.Ordinal);

    static string Arithmetic(Device device) => device.Arithmetic is { } arithmetic ? arithmetic : device.Backend
        is Engine.Kernels.Cpu.CpuBackend { AllowWinograd: true } ? "F32, Winograd where it fits" : "F32, direct convolutions";
}
