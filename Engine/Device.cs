using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine;

/// <summary>
/// Where tensors live and run: a backend, its memory pool and the stack of open tensor scopes. A device belongs to one thread at
/// a time; a program may have several devices, and disposes each.
/// </summary>
public sealed partial class Device : IDisposable
{
    readonly List<TensorScope> _scopes = [];
    int _depth;
    int _owner;
    int _graphs;
    long _lastNode;
    bool _disposed;

    /// <summary>A device on a backend, which it then owns.</summary>
    public Device(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        Backend = backend;
        Pool = new BufferPool(backend);
    }

    /// <summary>The host's cores.</summary>
    /// <param name="threads">Threads a loop may use; 0 takes one per logical processor.</param>
    /// <param name="allowWinograd">False: convolutions are plain sums, slower and a little more accurate; see <see
    /// cref="CpuBackend.AllowWinograd"/>.</param>
    public static Device Cpu(int threads = 0, bool allowWinograd = true) =>
        new(new CpuBackend(threads) { AllowWinograd = allowWinograd });

    /// <summary>An NVIDIA GPU; the driver is all it needs, cuBLAS and cuDNN make it faster.</summary>
    /// <param name="ordinal">The card's number.</param>
    /// <param name="libraries">Where NVIDIA's libraries are; null searches the usual places.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no driver, or no such card, or the program was built without <see
    /// cref="CudaBackend.IsIncluded">kernels</see> for it.</exception>
    public static Device Cuda(int ordinal = 0, ISymbolSource? libraries = null, CudaOptions? options = null) =>
        CudaBackend.IsIncluded ? new(new CudaBackend(libraries ?? new NativeLibraries(), ordinal, options))
            : throw new DeviceException(CudaBackend.LeftOut);

    /// <summary>The primitives.</summary>
    public Backend Backend { get; private set; }

    /// <summary>Memory: counters, <see cref="BufferPool.Trim"/>.</summary>
    public BufferPool Pool { get; }

    /// <summary>For messages: "cpu", "cuda:0".</summary>
    public string Name => Backend.Name;

    /// <summary>The hardware, in one line without an end: a card's name and size, a processor's threads and vectors.</summary>
    public string Describe() => Backend.Describe();

    /// <summary>Sentences for the user about slower paths that the device took, in the order in which that was found
    /// out.</summary>
    public IReadOnlyList<string> Notices => Backend.Notices;

    /// <summary>Why the engine does not run on it, such as "7.5 (Turing) or newer is needed"; null if it does.</summary>
    public string? Unfit => Backend.Unfit;

    /// <summary>What convolutions and products are computed by, for the log; null where it is always the same.</summary>
    public string? Arithmetic => Backend.Arithmetic;

    /// <summary>Libraries that make the device faster, installed or not.</summary>
    public IReadOnlyList<LibraryUse> Libraries => Backend.Libraries;

    /// <summary>Memory that no program uses now; null where the device's memory is the host's.</summary>
    public long? FreeBytes => Backend.FreeBytes;

    /// <summary>Whether products and convolutions can be computed in a precision.</summary>
    public bool Supports(Precision precision) => WhyNot(precision) is null;

    /// <summary>Why they cannot, in words that follow the precision's name, such as "needs a GPU; the CPU computes in f32"; null
    /// if they can.</summary>
    public string? WhyNot(Precision precision) => Backend.WhyNot(precision);

    /// <summary>
    /// Computes later products and convolutions in a precision; F32 at first. What type an operation's tensors have is the
    /// caller's affair.
    /// </summary>
    /// <exception cref="NotSupportedException">The device has no such arithmetic.</exception>
    public void Use(Precision precision)
    {
        if (WhyNot(precision) is { } why) throw new NotSupportedException($"The precision {precision} {why}.");
        Backend.Use(precision);
    }

    /// <summary>What products and convolutions of F32 tensors are computed in now: F32, or TF32 where that is in use.</summary>
    public Precision Precision => Backend.Precision;

    /// <summary>Staging for tensors of one shape that come from the host while the device computes.</summary>
    public StagedUpload Stage(Shape shape, DType type)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new StagedUpload(this, shape, type);
    }

    /// <summary>Whether operations record their backward; see <see cref="NoGrad"/>.</summary>
    public bool GradEnabled { get; internal set; } = true;

    /// <summary>Debugging aid: every new tensor remembers the line that made it, and lifetime errors name it. Slow.</summary>
    public bool TraceCallSites { get; set; }

    /// <summary>
    /// Opens a scope that owns every tensor made until it is disposed. Scopes nest; <see cref="Tensor.Keep"/> moves a tensor one
    /// scope out. The outermost scope also owns the autograd graph: when it ends, nothing can be differentiated any more.
    /// </summary>
    public TensorScope Scope([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        ObjectDisposedException.ThrowIf(_disposed, this);
        int thread = Environment.CurrentManagedThreadId;
        if (_depth == 0) _owner = thread;
        else CheckThread(thread);
        bool first = _depth == _scopes.Count;
        var scope = new TensorScope(this, _depth, new CallSite(file, line), first ? null : _scopes[_depth]);
        if (first) _scopes.Add(scope);
        else _scopes[_depth] = scope;
        _depth++;
        return scope;
    }

    /// <summary>Until disposed, operations record no backward.</summary>
    public NoGradScope NoGrad() => new(this);

    /// <summary>Operations call other primitives from now on; gives those of before.</summary>
    internal Backend Exchange(Backend other) => (Backend, Backend = other).Item1;

    /// <summary>The innermost open scope, or null.</summary>
    internal TensorScope? Innermost => _depth == 0 ? null : _scopes[_depth - 1];

    /// <summary>The outermost open scope, or null.</summary>
    internal TensorScope? Outermost => _depth == 0 ? null : _scopes[0];

    /// <summary>How many arenas send gradients while a backward is still under way.</summary>
    internal int EagerArenas { get; set; }

    internal long NextNodeId() => ++_lastNode;

    /// <summary>While a step is recorded: the memory that it makes or overwrites, and so each replay does.</summary>
    internal HashSet<Storage>? Overwritten { get; private set; }

    internal TensorScope? Enclosing(TensorScope scope) => scope.Depth == 0 ? null : _scopes[scope.Depth - 1];

    /// <summary>Whether values can be brought to the host now.</summary>
    internal bool CanRead => !_disposed && Overwritten is null;

    internal void Close(TensorScope scope)
    {
        CheckThread(Environment.CurrentManagedThreadId);
        if (Innermost != scope)
            throw new InvalidOperationException($"The tensor scope opened at {scope.Site} ends while the one opened inside it at "
                + $"{Innermost?.Site} is still open.");
        _depth--;
    }

    internal void CheckThread(int thread)
    {
        if (_depth > 0 && thread != _owner)
            throw new InvalidOperationException(
                $"{Name} has a tensor scope open on thread {_owner} and was used from thread {thread}; a device serves "
                + "one thread at a time, so end the scope before an await, after which another thread may go on.");
    }

    /// <summary>Whether <see cref="Capture"/> works on this device.</summary>
    public bool CanCapture => Backend is IGraphCapture;

    /// <summary>
    /// Records a step as a graph that can be replayed without its host code. The step must have run once before (first uses
    /// load kernels and make lasting tensors), open a scope of its own, use tensors that outlive the graph, and depend on
    /// nothing that changes on the host. Recording runs nothing. Tensors that outlive the step, such as gradients, are
    /// overwritten by each replay.
    /// </summary>
    /// <exception cref="NotSupportedException">The device runs each operation as it is called.</exception>
    /// <exception cref="InvalidOperationException">The step reads or uploads values on its way.</exception>
    public CapturedStep Capture(Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Backend is not IGraphCapture capture)
            throw new NotSupportedException($"{Name} runs each operation as it is called and captures no graphs.");
        Pool.BeginCapture();
        try
        {
            capture.BeginCapture();
            Overwritten = [];
            try
            {
                step();
            }
            catch
            {
                capture.AbandonCapture();
                throw;
            }
            var graph = capture.EndCapture();
            _graphs++;
            return new CapturedStep(this, graph, [.. Overwritten.Where(static s => s.Holders > 0)]);
        }
        finally
        {
            Overwritten = null;
            Pool.EndCapture();
        }
    }

    /// <summary>A captured step ended; with the last one its memory becomes ordinary again.</summary>
    internal void Forget(ICapturedGraph graph)
    {
        if (_disposed) return;
        graph.Dispose();
        if (--_graphs == 0) Pool.ReleaseCaptured();
    }

    /// <summary>
    /// A tensor with undefined contents; inside a scope it is the scope's, outside it is the caller's to dispose.
    /// </summary>
    public Tensor Empty(Shape shape, DType type = DType.F32)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_depth > 0) CheckThread(Environment.CurrentManagedThreadId);
        return new Tensor(new Storage(this, shape.Count * type.Size()), shape, type, "Empty").Adopt();
    }

    /// <summary>An operation's result, contents undefined: it belongs to the innermost scope, and there must be one.</summary>
    internal Tensor Result(Shape shape, DType type = DType.F32)
    {
        var result = Empty(shape, type);
        if (_depth > 0) return result;
        result.Dispose();
        throw new InvalidOperationException(
            "An operation ran outside any tensor scope, so nothing would own its result; open one with device.Scope().");
    }

    /// <summary>A tensor of zeros.</summary>
    public Tensor Zeros(Shape shape, DType type = DType.F32) => Full(shape, 0, type);

    /// <summary>A tensor filled with one value.</summary>
    public Tensor Full(Shape shape, float value, DType type = DType.F32)
    {
        var t = Empty(shape, type).Named("Full");
        Backend.Fill(t.View, value);
        return t;
    }

    /// <summary>A scalar.</summary>
    public Tensor Scalar(float value) => Full(new Shape(), value);

    /// <summary>
    /// Ends the device: its threads stop and cached memory goes back. Tensors still alive may be disposed later, not used.
    /// </summary>
    /// <exception cref="InvalidOperationException">A tensor scope is still open.</exception>
    public void Dispose()
    {
        if (_disposed) return;
        if (_depth > 0)
            throw new InvalidOperationException(
                $"{Name} is disposed while the tensor scope opened at {Innermost!.Site} is still open.");
        _disposed = true;
        Pool.Dispose();
        Backend.Dispose();
    }
}

/// <summary>Switches the recording of gradients off for a device until disposed.</summary>
public readonly struct NoGradScope : IDisposable
{
    readonly Device _device;
    readonly bool _before;

    internal NoGradScope(Device device)
    {
        _device = device;
        _before = device.GradEnabled;
        device.GradEnabled = false;
    }

    /// <summary>Records again if that was on before.</summary>
    public void Dispose() => _device.GradEnabled = _before;
}
