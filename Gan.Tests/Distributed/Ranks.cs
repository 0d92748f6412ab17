using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>Ranks of one run, each on a thread of its own.</summary>
static class Ranks
{
    /// <summary>Runs them all; what each threw.</summary>
    public static Exception?[] Try(int size, Action<int> rank)
    {
        var errors = new Exception?[size];
        var threads = new Thread[size];
        for (int i = 0; i < size; i++)
        {
            int r = i;
            threads[r] = new Thread(() =>
            {
                try
                {
                    rank(r);
                }
                catch (Exception e)
                {
                    errors[r] = e;
                }
            }) { IsBackground = true };
            threads[r].Start();
        }
        foreach (var thread in threads) Assert.That(thread.Join(TimeSpan.FromMinutes(2)), "a rank hangs");
        return errors;
    }

    /// <summary>Runs them all, and wants success.</summary>
    public static void Run(int size, Action<int> rank)
    {
        var errors = Try(size, rank);
        if (Array.Find(errors, static e => e is not null) is { } error)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>What all ranks said, each a <see cref="CommunicatorException"/>.</summary>
    public static string[] Refused(int size, Action<int> rank)
    {
        var errors = Try(size, rank);
        Assert.That(errors, Has.All.InstanceOf<CommunicatorException>(), string.Join("\n", errors.Select(static e => $"{e}")));
        return [.. errors.Select(static e => e!.Message)];
    }
}

/// <summary>One rank on an emulated machine of several cards, of which it uses the one of its number.</summary>
sealed class Rig : IDisposable
{
    readonly EmulatedCuda _machine;

    public Rig(int rank, int size, EmulatedFabric? fabric, int? card = null)
    {
        _machine = new EmulatedCuda(new EmulatorOptions { Devices = size, Fabric = fabric, Workers = 1 });
        Device = Device.Cuda(card ?? rank, _machine);
    }

    public Device Device { get; }

    /// <summary>The rank's communicator, without another one beside it.</summary>
    public static NcclCommunicator Alone(Rig rig, Host host, int rank, int size, TimeSpan? patience = null) =>
        new(rig.Device, rank, size, rank, size, host.Broadcast(rank), patience);

    /// <summary>Also wants everything to have been given back.</summary>
    public void Dispose()
    {
        Device.Dispose();
        string[] leaks = [.. _machine.Leaks()];
        _machine.Dispose();
        Assert.That(leaks, Is.Empty);
    }
}

/// <summary>What ranks on threads of one process share: how bytes of the host go between them.</summary>
sealed class Host(int size) : IDisposable
{
    readonly Barrier _barrier = new(size);
    readonly byte[][] _bytes = new byte[size][];

    /// <summary>The bytes of all.</summary>
    public byte[][] Exchange(int rank, byte[] mine)
    {
        _bytes[rank] = mine;
        Meet();
        byte[][] all = [.. _bytes];
        Meet();
        return all;
    }

    /// <summary>For the constructor that takes a function.</summary>
    public Action<byte[]> Broadcast(int rank) => bytes => Exchange(rank, [.. bytes])[0].CopyTo(bytes, 0);

    void Meet()
    {
        if (!_barrier.SignalAndWait(TimeSpan.FromMinutes(1))) throw new CommunicatorException("A rank did not come.");
    }

    public void Dispose() => _barrier.Dispose();

    public ICommunicator Rank(int rank) => new Communicator(this, rank, size);

    sealed class Communicator(Host host, int rank, int size) : ICommunicator
    {
        public int Rank => rank;
        public int Size => size;
        public int LocalRank => rank;
        public int LocalSize => size;
        public string Describe() => $"{size} threads";
        public void Broadcast(Span<byte> data, int root) => host.Exchange(rank, data.ToArray())[root].CopyTo(data);

        public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
        {
            byte[][] parts = host.Exchange(rank, mine.ToArray());
            for (int i = 0; i < parts.Length; i++) parts[i].CopyTo(all[(i * mine.Length)..]);
        }

        public void Barrier() => host.Exchange(rank, []);
        public void BeginSum(Tensor flat) => throw new NotSupportedException();
        public void FinishSums() => throw new NotSupportedException();
        public bool Leave(TimeSpan within) => host.Exchange(rank, []).Length == size;
        public void Abort(int exitCode) => throw new NotSupportedException();
        public void Dispose()
        {
        }
    }
}
