using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>How plans of convolutions are chosen.</summary>
/// <param name="Autotune">By their measured times.</param>
/// <param name="MayVary">Also among those that do not repeat their last bits.</param>
/// <param name="CacheFolder">Where choices are kept; null for nowhere.</param>
readonly record struct ConvTuning(bool Autotune, bool MayVary, string? CacheFolder);

/// <summary>
/// A cuDNN handle on one stream, and a plan for every convolution it has met: a training step meets some dozens, again and again.
/// All calls are within a lease.
/// </summary>
sealed unsafe class CuDnn
{
    /// <summary>
    /// Timing more would take minutes, and cuDNN lists the best first. Compiling a plan takes far longer than timing it.
    /// </summary>
    const int MostTimed = 16, MostCompiled = 2;

    readonly CuDnnApi _api;
    readonly CudaDevice _device;
    readonly ConvTuning _tuning;
    readonly Action<string> _notice;
    readonly ConvChoices? _choices;
    readonly Dictionary<ConvProblem, ConvPlan?> _plans = [];
    readonly nint _handle;
    bool _plainWasNoticed;

    /// <summary>Loads cuDNN and binds it to a stream.</summary>
    /// <param name="source">Where functions come from.</param>
    /// <param name="device">The device.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="tuning">How plans are chosen.</param>
    /// <param name="notice">Told, in a sentence, of slower paths and of files that cannot be used.</param>
    /// <exception cref="DeviceException">It is not installed, or too old.</exception>
    public CuDnn(ISymbolSource source, CudaDevice device, nint stream, ConvTuning tuning, Action<string> notice)
    {
        _api = new CuDnnApi(source);
        nint handle;
        _api.Check(_api.Create(&handle));
        (_handle, _device, _tuning, _notice) = (handle, device, tuning, notice);
        int status = _api.SetStream(handle, stream);
        if (status != CuDnnApi.Success)
        {
            Free();
            _api.Check(status, "SetStream(");
        }
        Version = (int)_api.GetVersion();
        if (_api.MissingForGraphs is { } missing)
            notice($"Convolutions on {device.Name} run on cuDNN's plain interface: it lacks the function {missing}.");
        else if (tuning.CacheFolder is { } folder) _choices = new ConvChoices(folder, device.Properties, Version, notice);
    }

    /// <summary>90600 is 9.6.0.</summary>
    public int Version { get; }

    /// <summary>Whether a convolution was met before, and its plan: null where cuDNN has none.</summary>
    public bool TryGet(in ConvProblem problem, out ConvPlan? plan) => _plans.TryGetValue(problem, out plan);

    /// <summary>Makes the plan of a convolution that was not met before; null where cuDNN has none.</summary>
    /// <param name="problem">The convolution.</param>
    /// <param name="time">Runs a plan some times and says how long it takes, or null where plans are not to be timed.</param>
    public ConvPlan? Make(in ConvProblem problem, Func<ConvPlan, double>? time)
    {
        var plan = OfGraph(problem, time) ?? (ConvPlan?)Plain(problem);
        if (plan is null)
            _notice($"cuDNN has no way to run {problem} that keeps its precision and repeats its results, so our "
                + "own kernels run it.");
        return _plans[problem] = plan;
    }

    /// <summary>Queues a plan, with a workspace of its size.</summary>
    public void Run(ConvPlan plan, in ConvOperands operands, nint workspace) => plan.Run(_handle, operands, workspace);

    /// <summary>Destroys plans and handle. The stream is idle, and no call follows.</summary>
    public void Free()
    {
        try
        {
            foreach (var plan in _plans.Values) plan?.Free();
            _plans.Clear();
            _api.Check(_api.Destroy(_handle));
        }
        catch (DeviceException e)
        {
            _device.NotFreed(e);
        }
    }

    GraphConvPlan? OfGraph(in ConvProblem problem, Func<ConvPlan, double>? time)
    {
        if (_api.MissingForGraphs is not null) return null;
        string reason = "it lists no engine that fits";
        try
        {
            using var d = new GraphDescriptors(_api);
            var engines = Engines(d, problem);
            if (Kept(d, problem, engines) is { } kept) return kept;
            var plan = time is null ? First(d, engines) : Fastest(d, engines, time);
            if (plan is not null)
            {
                _choices?.Keep(Key(problem), plan.Choice);
                return plan;
            }
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException && !_device.Broken)
        {
            reason = e.Message.TrimEnd('.');
        }
        if (_plainWasNoticed) return null;
        _plainWasNoticed = true;
        _notice($"cuDNN's graph interface does not run {problem} ({reason}), so its plain interface or our own kernels do; "
            + "others are not listed.");
        return null;
    }

    PlainConvPlan? Plain(in ConvProblem problem)
    {
        // Its algorithms suppose whole 16-byte vectors and one storage.
        if (problem.Result != problem.Type || problem.Alignment < ConvPlan.FullAlignment) return null;
        var plan = new PlainConvPlan(_api, _handle, problem);
        if (plan.Supported) return plan;
        plan.Free();
        return null;
    }

    /// <summary>Engines in the order in which they are tried where nothing is measured.</summary>
    List<ConvEngine> Engines(GraphDescriptors d, in ConvProblem problem)
    {
        List<ConvEngine> engines = [];
        var of = problem;
        if (problem.Relu) Add(problem.Bias, relu: true);
        if (problem.Bias) Add(bias: true, relu: false);
        Add(bias: false, relu: false);
        // Compiling dozens of plans would delay the first step by seconds. Among equals, one that does more saves a pass over y.
        return [.. engines.OrderBy(static e => (e.IsFallback, e.Compiles))];

        void Add(bool bias, bool relu) => engines.AddRange(ConvEngines.List(d, _handle, of, bias, relu, _tuning.MayVary));
    }

    GraphConvPlan? Kept(GraphDescriptors d, in ConvProblem problem, List<ConvEngine> engines)
    {
        if (_choices?.Find(Key(problem)) is not { } choice) return null;
        int at = engines.FindIndex(e => e.Choice == choice);
        var plan = at < 0 ? null : GraphConvPlan.Build(_api, _handle, d, engines[at]);
        if (plan is null)
            _notice($"The plan kept in {_choices.File} for {problem} does not exist any more, so it is chosen anew.");
        return plan;
    }

    GraphConvPlan? First(GraphDescriptors d, List<ConvEngine> engines)
    {
        foreach (var engine in engines)
        {
            if (GraphConvPlan.Build(_api, _handle, d, engine) is { } plan) return plan;
        }
        return null;
    }

    GraphConvPlan? Fastest(GraphDescriptors d, List<ConvEngine> engines, Func<ConvPlan, double> time)
    {
        GraphConvPlan? best = null;
        double least = double.PositiveInfinity;
        // Some of those that are compiled, however many there are of the others: only they fuse what follows the convolution.
        var ready = engines.Where(static e => !e.Compiles).Take(MostTimed - MostCompiled);
        foreach (var engine in ready.Concat(engines.Where(static e => e.Compiles).Take(MostCompiled)))
        {
            if (GraphConvPlan.Build(_api, _handle, d, engine) is not { } plan) continue;
            double taken;
            try
            {
                taken = time(plan);
            }
            catch (DeviceException e) when (!_device.Broken)
            {
                plan.Free();
                _notice($"cuDNN's engine {plan.Choice.Engine} was passed over, because it failed when it was timed: {e.Message}");
                continue;
            }
            if (best is null || taken < least)
            {
                best?.Free();
                (best, least) = (plan, taken);
            }
            else
            {
                plan.Free();
            }
        }
        return best;
    }

    /// <summary>
    /// What a choice depends on beside the convolution: a run that times nothing must not depend on what another one measured.
    /// </summary>
    string Key(in ConvProblem problem) =>
        $"{problem}, {(_tuning.Autotune ? "timed" : "estimated")}{(_tuning.MayVary ? ", may vary" : "")}";
}
