using Ssgan.Engine;
using System.Runtime.InteropServices;
using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks;

namespace Ssgan.Gan.Metrics;

/// <summary>
/// Features of images that ranks look at in turns: batch k is rank k modulo R's. The batches are those of one rank, and so are
/// the numbers. Nothing is kept for another evaluation.
/// </summary>
/// <param name="network">The network, on each rank.</param>
/// <param name="options">Who is told how far it is.</param>
/// <param name="ranks">The ranks.</param>
sealed class SharedFeatures(IFeatureNetwork network, EvaluationOptions options, ICommunicator ranks)
{
    /// <summary>Rows of features and logits of all images, on every rank.</summary>
    /// <exception cref="OperationCanceledException">A rank was asked to stop.</exception>
    public float[] Read(MeasuredImages images, string stage, int columns, CancellationToken stop)
    {
        float[] rows = new float[columns * images.Count];
        int batches = (images.Count + FeatureReader.Batch - 1) / FeatureReader.Batch, batch = 0,
            whole = FeatureReader.Batch * columns;
        float[] round = new float[whole], all = new float[whole * ranks.Size];
        options.Progress?.Report(new DataProgress(stage, 0, images.Count));
        foreach (var pixels in images.Read(0, FeatureReader.Batch, CancellationToken.None))
        {
            int n = pixels.Length / (images.Size * images.Size * 3), turn = batch % ranks.Size;
            if (turn == ranks.Rank) FeatureReader.Describe(network, pixels.Span, images.Size, round.AsSpan(0, n * columns));
            batch++;
            if (turn < ranks.Size - 1 && batch < batches) continue;
            Exchange(round, all, stop);
            int first = (batch - 1 - turn) * whole, done = Math.Min(rows.Length - first, (turn + 1) * whole);
            all.AsSpan(0, done).CopyTo(rows.AsSpan(first));
            options.Progress?.Report(new DataProgress(stage, (first + done) / columns, images.Count));
        }
        return rows;
    }

    /// <summary>Every rank gets the rows of all, unless one of them stops.</summary>
    void Exchange(float[] round, float[] all, CancellationToken stop)
    {
        var stops = new byte[ranks.Size];
        ranks.AllGather([stop.IsCancellationRequested ? (byte)1 : (byte)0], stops);
        if (stops.AsSpan().Contains((byte)1)) throw new OperationCanceledException("A rank was asked to stop.", stop);
        ranks.AllGather(MemoryMarshal.AsBytes(round.AsSpan()), MemoryMarshal.AsBytes(all.AsSpan()));
    }
}
