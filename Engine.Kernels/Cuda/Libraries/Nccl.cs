using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>A communicator of NCCL on the backend's stream. It opens with a sum, which must be right.</summary>
sealed unsafe class Nccl : IDeviceCollectives, IWaitGuard
{
    const int InProgress = 7;
    readonly CudaDevice _device;
    readonly DeviceRanks _ranks;
    readonly nint _stream, _point;
    readonly NcclApi _api;
    readonly nint _communicator;
    bool _freed;
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
        nint point;
        device.Check(device.Api.EventCreate(&point, EventFlags.DisableTiming));
        _point = point;
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
    public void Sum(params ReadOnlySpan<TensorView> views)
    {
        using var lease = Use();
        if (views.Length > 1) Check(_api.GroupStart());
        foreach (var x in views)
            Check(_api.AllReduce(x.Address, x.Address, (nuint)x.Count, NcclType.Float32, NcclReduction.Sum, _communicator,
                _stream));
        if (views.Length > 1) Check(_api.GroupEnd());
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
        if (_failure is null && _device.Api.EventRecord(_point, _stream) == DriverStatus.Success && Poll(_point, _ranks.Patience))
            _device.Freed(_api.CommDestroy(_communicator), "ncclCommDestroy");
        else End("The collectives have ended.");
        _freed = true;
        _device.Guard = null;
        _device.Freed(_device.Api.EventDestroy(_point));
    }

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
            Sum(new TensorView(memory, new Shape(1), DType.F32));
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
