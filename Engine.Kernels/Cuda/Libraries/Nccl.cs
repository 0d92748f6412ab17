using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>
/// A communicator of NCCL. Sums have a stream of their own, which waits for the kernels before them and which the kernels behind
/// them wait for; the rest is on the backend's. It opens with a sum, which must be right.
/// </summary>
sealed unsafe class Nccl : IDeviceCollectives, IWaitGuard
{
    const int InProgress = 7;
    readonly CudaDevice _device;
    readonly DeviceRanks _ranks;
    readonly nint _stream, _sums, _point;
    readonly NcclApi _api;
    readonly nint _communicator;
    bool _isSumming, _freed;
    string? _failure;

    /// <summary>Waits for all ranks. Within a lease.</summary>
    public Nccl(ISymbolSource source, CudaDevice device, nint stream, DeviceRanks ranks)
    {
        (_device, _stream, _ranks) = (device, stream, ranks);
        var id = new NcclUniqueId();
        try
        {
            _api = new NcclApi(source);
            if (ranks.Rank == 0) _api.Check(_api.GetUniqueId(&id));
        }
        catch (DeviceException e)
        {
            // The others would wait for this rank in NCCL.
            ranks.Share([], failed: true);
            throw ranks.Failure(e.Message, e);
        }
        ranks.Share(new Span<byte>(id.Bytes, sizeof(NcclUniqueId)), failed: false);
        _communicator = Join(id);
        nint point, sums;
        device.Check(device.Api.EventCreate(&point, EventFlags.DisableTiming));
        device.Check(device.Api.StreamCreate(&sums, StreamFlags.NonBlocking));
        (_point, _sums) = (point, sums);
        device.Guard = this;
        try
        {
            TrySum();
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Describe()
    {
        int version;
        Check(_api.GetVersion(&version));
        return $"NCCL {version / 10000}.{version / 100 % 100}.{version % 100}";
    }

    /// <inheritdoc/>
    public void BeginSum(TensorView view)
    {
        using var lease = Use();
        // Before the wait, as a stream that has joined a capture must be waited for in turn.
        _isSumming = true;
        Order(_stream, _sums);
        Check(_api.AllReduce(view.Address, view.Address, (nuint)view.Count, NcclType.Float32, NcclReduction.Sum, _communicator,
            _sums));
    }

    /// <inheritdoc/>
    public void FinishSums()
    {
        using var lease = Use();
        if (_isSumming) Order(_sums, _stream);
        _isSumming = false;
    }

    /// <inheritdoc/>
    public void Broadcast(TensorView view, int root)
    {
        using var lease = Use();
        Check(_api.Broadcast(view.Address, view.Address, (nuint)view.Bytes, NcclType.UInt8, root, _communicator, _stream));
    }

    /// <inheritdoc/>
    public void AllGather(TensorView mine, TensorView all)
    {
        using var lease = Use();
        Check(_api.AllGather(mine.Address, all.Address, (nuint)mine.Bytes, NcclType.UInt8, _communicator, _stream));
    }

    /// <inheritdoc/>
    public bool Wait(TimeSpan within)
    {
        using var lease = Use();
        return Poll(Marked(_stream), within);
    }

    /// <inheritdoc/>
    public void Abort()
    {
        using var lease = _device.Enter();
        End("This rank has ended the collectives.");
    }

    void IWaitGuard.Watch(nint stream)
    {
        if (_failure is null) WatchEvent(Marked(stream));
    }

    /// <inheritdoc/>
    public void WatchEvent(nint point)
    {
        if (_failure is null && Poll(point, _ranks.Patience)) return;
        throw _ranks.Failure(_failure!, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_freed) return;
        using var lease = _device.Enter();
        Free();
    }

    /// <summary>Ends the communicator, behind what is queued. Within a lease, or when the device closes.</summary>
    public void Free()
    {
        if (_freed) return;
        // A rank that is gone must not keep this one: where something waits for it, that is ended.
        if (IsIdle(_sums) && IsIdle(_stream))
            _device.Freed(_api.CommDestroy(_communicator), "ncclCommDestroy");
        else End("The collectives have ended.");
        _freed = true;
        _device.Guard = null;
        _device.Freed(_device.Api.StreamDestroy(_sums));
        _device.Freed(_device.Api.EventDestroy(_point));
    }

    bool IsIdle(nint stream) => _failure is null && _device.Api.EventRecord(_point, stream) == DriverStatus.Success
        && Poll(_point, _ranks.Patience);

    // NCCL waits for all ranks in this call, without an end of its own: so a thread that may be left behind makes it.
    nint Join(NcclUniqueId id)
    {
        nint joined = 0;
        DeviceException? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                nint communicator;
                _device.EnterToFree();
                _api.Check(_api.CommInitRank(&communicator, _ranks.Size, id, _ranks.Rank));
                joined = communicator;
            }
            catch (DeviceException e)
            {
                error = e;
            }
        }) { IsBackground = true };
        thread.Start();
        if (!thread.Join(_ranks.Patience)) throw _ranks.Failure($"{Waited(_ranks.Patience)} to open NCCL.", null);
        return error is null ? joined : throw _ranks.Failure(error.Message, error);
    }

    // Connections are made by the first calls, which a capture could not repeat.
    void TrySum()
    {
        nint memory;
        _device.Check(_device.Api.MemAlloc(&memory, sizeof(float)));
        try
        {
            float one = 1;
            _device.Check(_device.Api.MemcpyHtoDAsync(memory, &one, sizeof(float), _stream));
            BeginSum(new TensorView(memory, new Shape(1), DType.F32));
            FinishSums();
            _device.Await(_stream);
            _device.Check(_device.Api.MemcpyDtoHAsync(&one, memory, sizeof(float), _stream));
            _device.Check(_device.Api.StreamSynchronize(_stream));
            if (one != _ranks.Size)
                throw _ranks.Failure($"The ones of {_ranks.Size} ranks were summed to {one}.", null);
        }
        finally
        {
            _device.Freed(_device.Api.MemFree(memory));
        }
    }

    CudaDevice.Lease Use()
    {
        var lease = _device.Enter();
        if (_failure is null && !_freed) return lease;
        lease.Dispose();
        ObjectDisposedException.ThrowIf(_freed, this);
        throw _ranks.Failure(_failure!, null);
    }

    /// <summary>Lets a stream wait for what another has queued until now.</summary>
    void Order(nint first, nint then) => _device.Check(_device.Api.StreamWaitEvent(then, Marked(first), 0));

    nint Marked(nint stream)
    {
        _device.Check(_device.Api.EventRecord(_point, stream));
        return _point;
    }

    // False, and the communicator has ended, where ranks failed or took too long.
    bool Poll(nint point, TimeSpan patience)
    {
        long begun = Environment.TickCount64;
        var spin = new SpinWait();
        while (_device.Api.EventQuery(point) == DriverStatus.NotReady)
        {
            int state;
            int status = _api.CommGetAsyncError(_communicator, &state);
            if (status != NcclApi.Success) state = status;
            if (state is not (NcclApi.Success or InProgress)) End(_api.Describe(state, _communicator, "A sum over all ranks"));
            else if (Environment.TickCount64 - begun > patience.TotalMilliseconds)
                End($"{Waited(patience)} in NCCL.");
            if (_failure is not null) return false;
            spin.SpinOnce();
        }
        return true;
    }

    void End(string why)
    {
        if (_failure is not null || _freed) return;
        _failure = why;
        _device.Freed(_api.CommAbort(_communicator), "ncclCommAbort");
    }

    string Waited(TimeSpan time) => $"Rank {_ranks.Rank} of {_ranks.Size} waited {time.TotalSeconds:0.###} s for the others";

    void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == NcclApi.Success) return;
        throw _ranks.Failure(_api.Describe(status, _communicator, NativeCall.Name("nccl", call)), null);
    }
}
