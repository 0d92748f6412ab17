using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// Times of sums over all cards of the machine by NCCL, each card a rank on a thread of its own: the gradients of SSGAN-32's two
/// networks, and of SSGAN-128's larger one.
/// </summary>
static class RankTimes
{
    const int CallsAtOnce = 10;
    static readonly int[] s_megabytes = [4, 17, 116];
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static PartResult Run(Device device, PartContext context)
    {
        int divisor = context.Options.Number("shrink", 1), repetitions = context.Options.Number("reps", 10);
        context.Options.Finish();
        int cards = CudaProperties.All(context.Libraries).Count;
        if (cards < 2) return new(true, "There is one card, so nothing was summed over several.");
        if (context.Libraries.Open(CudaLibrary.Nccl) is { Path: null } nccl)
            return new(true,
                $"There is no NCCL (tried {string.Join(", ", nccl.Tried)}), so nothing was summed over {cards} cards.");

        var id = new TaskCompletionSource<byte[]>();
        var errors = new Exception?[cards];
        var times = new List<Measurement>();
        var threads = new Thread[cards];
        for (int i = 1; i < cards; i++)
        {
            int rank = i;
            threads[i] = new Thread(() => Guarded(rank, () =>
            {
                using var own = Device.Cuda(rank, context.Libraries);
                TimeSums(own, rank, static (_, _) => { });
            }));
            threads[i].Start();
        }
        Guarded(0, () => TimeSums(device, 0, Keep));
        for (int i = 1; i < cards; i++) threads[i].Join();
        if (Array.Find(errors, static e => e is not null) is { } error) throw new DeviceException(error.Message, error);
        string all = string.Join("; ", times.Select(static t => $"{t.Name.Split(' ')[2]} MB {Rate(t)}"));
        return new(true, $"Sums over {cards} cards, bus bandwidth: {all}.") { Measurements = times };

        void Guarded(int rank, Action run)
        {
            try
            {
                run();
            }
            catch (Exception e) when (e is not KitException)
            {
                // The other ranks end by their patience; the part reports the first rank's error.
                errors[rank] = e;
                id.TrySetException(e);
            }
        }

        void TimeSums(Device card, int rank, Action<int, Timing> keep)
        {
            using var ranks = new NcclCommunicator(card, rank, cards, rank, cards, Share, s_patience);
            var backend = (CudaBackend)card.Backend;
            using CudaEvent start = backend.CreateEvent(timed: true), end = backend.CreateEvent(timed: true);
            foreach (int megabytes in s_megabytes)
            {
                using var flat = card.Zeros(new(megabytes * 1_000_000 / sizeof(float) / divisor));
                var single = new List<double>();
                // As often on each card, whatever its clock says; the first time is a warm-up.
                for (int i = 0; i <= repetitions; i++)
                {
                    ranks.Barrier();
                    backend.Record(start);
                    for (int call = 0; call < CallsAtOnce; call++)
                    {
                        ranks.BeginSum(flat);
                        ranks.FinishSums();
                    }
                    backend.Record(end);
                    end.Synchronize();
                    if (i > 0) single.Add(end.MillisecondsSince(start) / CallsAtOnce);
                }
                keep(megabytes, Timing.Of(single));
            }

            void Share(byte[] bytes)
            {
                if (rank == 0) id.SetResult([.. bytes]);
                else if (id.Task.Wait(s_patience)) id.Task.Result.CopyTo(bytes, 0);
            }
        }

        void Keep(int megabytes, Timing time)
        {
            // What each card sends in a ring, by which NCCL's own tests rate it as well.
            long bytes = 2L * (cards - 1) * (megabytes * 1_000_000 / divisor) / cards;
            var measurement = new Measurement($"sum of {megabytes} MB over {cards} cards", "eager", time, bytes, 0, "f32");
            times.Add(measurement);
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{measurement.Name,-48} {"eager",-6} {time.MedianMs,10:0.0000} ms  {Rate(measurement)}"));
            context.Keep(new(true, "Stopped before its end.") { Measurements = [.. times] });
        }
    }

    static string Rate(Measurement m) =>
        string.Create(CultureInfo.InvariantCulture, $"{m.Bytes / (m.Time.MedianMs / 1000) / 1e9:0.0} GB/s");
}
