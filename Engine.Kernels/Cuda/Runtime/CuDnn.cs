using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Runtime;

/// <summary>
/// A cuDNN handle on one stream, and a plan for every convolution it has met: a training step meets some dozens, again and again. All calls are
/// within a lease.
/// </summary>
sealed unsafe class CuDnn
{
    readonly CuDnnApi _api;
    readonly CudaDevice _device;
    readonly Dictionary<ConvProblem, ConvPlan> _plans = [];
    readonly nint _handle;

    /// <summary>Loads cuDNN and binds it to a stream.</summary>
    /// <exception cref="DeviceException">It is not installed, or too old.</exception>
    public CuDnn(ISymbolSource source, CudaDevice device, nint stream)
    {
        _api = new CuDnnApi(source);
        nint handle;
        _api.Check(_api.Create(&handle));
        (_handle, _device) = (handle, device);
        int status = _api.SetStream(handle, stream);
        if (status == CuDnnApi.Success) return;
        Free();
        _api.Check(status, "SetStream(");
    }

    /// <summary>As the library tells it: 90100 is 9.1.0.</summary>
    public int Version => (int)_api.GetVersion();

    /// <summary>The plan of a convolution, made when it is first asked for.</summary>
    public ConvPlan Plan(in ConvProblem problem, out bool fresh)
    {
        fresh = !_plans.TryGetValue(problem, out var plan);
        if (plan is not null) return plan;
        return _plans[problem] = new ConvPlan(_api, _handle, problem);
    }

    /// <summary>Runs a plan on operands in cuDNN's order, with a workspace of the plan's size.</summary>
    public void Run(ConvPlan plan, nint first, nint second, nint result, nint workspace) => plan.Run(_handle, first, second, result, workspace);

    /// <summary>Destroys plans and handle. The stream is idle, and no call follows.</summary>
    public void Free()
    {
        foreach (var plan in _plans.Values) plan.Free();
        _plans.Clear();
        try
        {
            _api.Check(_api.Destroy(_handle));
        }
        catch (DeviceException e)
        {
            _device.NotFreed(e);
        }
    }
}
