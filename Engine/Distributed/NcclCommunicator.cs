using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// Ranks with an NVIDIA GPU each, whose tensors NCCL sums beside the kernels of their devices, also inside a captured step. Where
/// there is another communicator beside it, bytes of the host go by that one; else through the devices' memory. Wherever the host
/// waits for its device, errors of the other ranks and a rank that does not come become a <see
/// cref="CommunicatorException"/>. To be disposed of before the device.
/// </summary>
public sealed class NcclCommunicator : ICommunicator
{
    readonly Device _device;
    readonly ICommunicator? _host;
    readonly IDeviceCollectives _collectives;

    /// <summary>How long ranks wait for each other where nothing else is said.</summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The ranks of another communicator. Waits for all of them.</summary>
    /// <param name="device">This rank's GPU, which no other rank uses.</param>
    /// <param name="host">Carries bytes of the host; it stays the caller's.</param>
    /// <param name="patience">How long ranks wait for each other; null for <see cref="DefaultPatience"/>.</param>
    /// <exception cref="CommunicatorException">There is no NCCL on some rank, or it does not come to work.</exception>
    public NcclCommunicator(Device device, ICommunicator host, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(host);
        (_device, _host) = (device, host);
        (Rank, Size, LocalRank, LocalSize) = (host.Rank, host.Size, host.LocalRank, host.LocalSize);
        _collectives = Open(Share, patience);
    }

    /// <summary>Ranks without another communicator. Waits for all of them.</summary>
    /// <param name="device">This rank's GPU, which no other rank uses.</param>
    /// <param name="rank">This rank, from 0.</param>
    /// <param name="size">How many ranks there are.</param>
    /// <param name="localRank">This rank among those on its machine, from 0.</param>
    /// <param name="localSize">How many ranks are on this machine.</param>
    /// <param name="broadcast">Called once by each rank with 128 bytes; gives those of rank 0 to all.</param>
    /// <param name="patience">How long ranks wait for each other; null for <see cref="DefaultPatience"/>.</param>
    /// <exception cref="CommunicatorException">There is no NCCL, or it does not come to work.</exception>
    public NcclCommunicator(Device device, int rank, int size, int localRank, int localSize, Action<byte[]> broadcast,
        TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(broadcast);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (rank < 0 || rank >= size) throw new ArgumentOutOfRangeException(nameof(rank), rank, $"There are {size} ranks.");
        _device = device;
        (Rank, Size, LocalRank, LocalSize) = (rank, size, localRank, localSize);
        _collectives = Open((message, failed) =>
        {
            if (failed) return;
            byte[] bytes = message.ToArray();
            broadcast(bytes);
            bytes.CopyTo(message);
        }, patience);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public int LocalRank { get; }

    /// <inheritdoc/>
    public int LocalSize { get; }

    /// <inheritdoc/>
    public string Describe() =>
        _collectives.Describe() + (_host is null ? $", {Size} ranks" : $" for tensors, beside {_host.Describe()}");

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        if (_host is not null) _host.Broadcast(data, root);
        else if (!data.IsEmpty)
        {
            using var memory = new Bytes(_device, data.Length);
            if (Rank == root) _device.Backend.Upload(data, memory.View);
            _collectives.Broadcast(memory.View, root);
            _device.Backend.Download(memory.View, data);
        }
    }

    /// <inheritdoc/>
    public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        if (all.Length != (long)mine.Length * Size)
            throw new ArgumentException($"AllGather: {mine.Length} bytes of {Size} ranks each into {all.Length}.", nameof(all));
        if (_host is not null) _host.AllGather(mine, all);
        else if (!mine.IsEmpty)
        {
            using var memory = new Bytes(_device, all.Length);
            var part = new TensorView(memory.View.Address + (nint)Rank * mine.Length, new Shape(mine.Length), DType.U8);
            _device.Backend.Upload(mine, part);
            _collectives.AllGather(part, memory.View);
            _device.Backend.Download(memory.View, all);
        }
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        if (_host is not null) _host.Barrier();
        else AllGather(stackalloc byte[1], new byte[Size]);
    }

    /// <inheritdoc/>
    public void BeginSum(Tensor flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        if (flat.Type != DType.F32) throw new ArgumentException($"BeginSum: the tensor is {flat.Type}, not F32.", nameof(flat));
        if (flat.Device != _device)
            throw new ArgumentException($"BeginSum: the tensor is on {flat.Device.Name}, not on {_device.Name}.", nameof(flat));
        _collectives.BeginSum(flat.MutableView);
    }

    /// <inheritdoc/>
    public void FinishSums() => _collectives.FinishSums();

    /// <inheritdoc/>
    /// <remarks>Without another communicator, a rank that waits for a collective meanwhile counts as one that did not
    /// come.</remarks>
    public bool Leave(TimeSpan within)
    {
        if (_host is not null) return _host.Leave(within);
        using var memory = new Bytes(_device, Size);
        _device.Backend.Fill(memory.View, 0);
        _collectives.AllGather(new TensorView(memory.View.Address + Rank, new Shape(1), DType.U8), memory.View);
        return _collectives.Wait(within);
    }

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        if (_host is not null) _host.Abort(exitCode);
        _collectives.Abort();
        Environment.Exit(exitCode);
    }

    /// <inheritdoc/>
    public void Dispose() => _collectives.Dispose();

    IDeviceCollectives Open(DeviceRanks.Sharing share, TimeSpan? patience) => _device.Backend.OpenCollectives(new DeviceRanks
    {
        Rank = Rank, Size = Size, Share = share, Patience = patience ?? DefaultPatience,
        Failure = static (why, inner) => new CommunicatorException(why, inner),
    });

    void Share(Span<byte> message, bool failed)
    {
        byte[] all = new byte[Size];
        _host!.AllGather([(byte)(failed ? 1 : 0)], all);
        if (failed) return;
        int other = all.AsSpan().IndexOf((byte)1);
        if (other >= 0) throw new CommunicatorException($"Rank {other} cannot open NCCL; it says why.");
        _host.Broadcast(message, 0);
    }

    /// <summary>Bytes of the device's for a while.</summary>
    sealed class Bytes(Device device, int count) : IDisposable
    {
        public TensorView View { get; } = new(device.Pool.Rent(count), new Shape(count), DType.U8);

        public void Dispose() => device.Pool.Return(View.Address, count);
    }
}
