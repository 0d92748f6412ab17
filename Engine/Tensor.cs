using System.Diagnostics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// A dense row-major array on a device, rank 0 to 8. Images are (N, H, W, C), filters (out, kh, kw, in). Operations are methods,
/// one file each under Ops/; their results belong to the innermost <see cref="Device.Scope"/> scope. There is no finalizer.
/// </summary>
[DebuggerDisplay("{Summary,nq}")]
public sealed partial class Tensor : IDisposable
{
    readonly Storage _storage;
    TensorScope? _scope;
    string _operation;
    readonly string? _madeAt;
    readonly int _version;
    CallSite _endedAt;
    bool _released;
    LeafNode? _leaf;

    internal Tensor(Storage storage, Shape shape, DType type, string operation)
    {
        _storage = storage;
        _operation = operation;
        _version = storage.Version;
        Shape = shape;
        Type = type;
        if (storage.Device.TraceCallSites) _madeAt = CallSite.OutsideEngine();
    }

    /// <summary>The dimensions; shape order is memory order.</summary>
    public Shape Shape { get; }

    /// <summary>The element type.</summary>
    public DType Type { get; }

    /// <summary>Where it lives.</summary>
    public Device Device => _storage.Device;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>
    /// The memory, for primitives that read it, or that write the first values of a tensor from <see cref="Device.Empty"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tensor's scope has ended.</exception>
    public TensorView View
    {
        get
        {
            ThrowIfReleased();
            return new TensorView(_storage.Address, Shape, Type);
        }
    }

    /// <summary>
    /// The memory, for primitives that overwrite it. Taking it counts as one write: a backward that needs the values from before
    /// throws instead of using the new ones.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tensor's scope has ended.</exception>
    public TensorView MutableView
    {
        get
        {
            var view = View;
            _storage.Overwrite();
            return view;
        }
    }

    /// <summary>The primitives of its device.</summary>
    public Backend Backend => _storage.Device.Backend;

    /// <summary>The step of the graph that made this tensor, or the leaf's entry; null where no gradient flows.</summary>
    internal Node? Node { get; private set; }

    /// <summary>
    /// Throws where the memory was overwritten since this handle, saved for the backward of an operation, was made.
    /// </summary>
    internal void ThrowIfOverwritten(string operation)
    {
        if (_storage.Version == _version) return;
        string made = _madeAt is null ? "" : $" at {_madeAt}",
            written = _storage.WrittenAt is null ? "" : $" at {_storage.WrittenAt}";
        string trace = Device.TraceCallSites ? "" : " (Device.TraceCallSites names the lines)";
        throw new InvalidOperationException(
            $"Backward of {operation}: {Describe()}, which the forward used{made}, was overwritten since{written}{trace}; " +
            "its gradient would be wrong. Run backward first, or compute from a copy.");
    }

    /// <summary>The only holder of its memory is this handle, so it may be written in place.</summary>
    internal bool IsExclusive => _storage.Holders == 1;

    /// <summary>Whether gradients flow to this tensor. Set it on leaves only; false freezes a parameter.</summary>
    /// <exception cref="InvalidOperationException">Set on the result of an operation, or on a type other than F32 and F64.
    /// </exception>
    public bool RequiresGrad
    {
        get => Node is not null;
        set
        {
            if (value == RequiresGrad) return;
            if (Node is { IsLeaf: false })
                throw new InvalidOperationException(
                    $"{Describe()} is the result of an operation; only leaves can be frozen. Use Detach().");
            if (value && Type is not (DType.F32 or DType.F64))
                throw new InvalidOperationException($"{Describe()} has type {Type}; only F32 and F64 leaves have gradients.");
            // The same node again after a freeze, so that graphs from before it still lead here.
            Node = value ? _leaf ??= new LeafNode(this) : null;
        }
    }

    /// <summary>
    /// The gradient that <see cref="Backward"/> summed into this leaf, or null. It lives until <see cref="ZeroGrad"/>.
    /// </summary>
    public Tensor? Grad { get; internal set; }

    /// <summary>Where backward puts the gradient of this leaf; null: in memory of its own.</summary>
    internal GradientPlace? GradientPlace { get; set; }

    /// <summary>Drops the gradient.</summary>
    public void ZeroGrad()
    {
        Grad?.Dispose();
        Grad = null;
    }

    /// <summary>
    /// Moves this tensor one scope out: to the enclosing scope, or, from the outermost, to the caller, who disposes it.
    /// </summary>
    public Tensor Keep()
    {
        ThrowIfReleased();
        if (_scope is null) return this;
        _scope = Device.Enclosing(_scope);
        _scope?.Add(this);
        return this;
    }

    /// <summary>Takes this tensor out of all scopes: its new owner disposes it.</summary>
    public Tensor Own()
    {
        ThrowIfReleased();
        _scope = null;
        return this;
    }

    /// <summary>Ends a tensor that no scope owns (or ends one early). A second call does nothing.</summary>
    public void Dispose()
    {
        if (_released) return;
        _released = true;
        _scope = null;
        ZeroGrad();
        _storage.Drop();
    }

    /// <summary>The same values without history: no gradient flows through the result.</summary>
    public Tensor Detach() => Alias(Shape, null).Named("Detach").Adopt();

    /// <summary>All values, row-major. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The element type is not that of T: float F32, double F64, Half F16, int I32,
    /// long I64, byte U8, bool Bool.
    /// </exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        CheckType<T>("ToArray");
        var values = new T[Count];
        Backend.Download(View, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Copies all values, row-major, to the start of a span. Waits for the device.</summary>
    /// <exception cref="ArgumentException">The span is shorter; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The element type is not that of T: float F32, double F64, Half F16, int I32,
    /// long I64, byte U8, bool Bool.
    /// </exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        CheckType<T>("CopyTo");
        if (destination.Length < Count)
            throw new ArgumentException($"CopyTo: {Describe()} has {Count} values, more than the {destination.Length} that fit.");
        Backend.Download(View, MemoryMarshal.AsBytes(destination[..(int)Count]));
    }

    /// <summary>All values of an F32 tensor.</summary>
    public float[] ToArray() => ToArray<float>();

    /// <summary>The value of a tensor with one element. Waits for the device.</summary>
    public float Item()
    {
        if (Count != 1) throw new InvalidOperationException($"Item: {Describe()} has {Count} elements, not one.");
        CheckType<float>("Item");
        float value = 0;
        Backend.Download(View, MemoryMarshal.AsBytes(new Span<float>(ref value)));
        return value;
    }

    /// <summary>Overwrites the values in place; no gradient is recorded.</summary>
    public void CopyFrom<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        CheckType<T>("CopyFrom");
        if (values.Length != Count)
            throw new ArgumentException($"CopyFrom: {values.Length} values were given for shape {Shape}, which has {Count}.");
        Backend.Upload(MemoryMarshal.AsBytes(values), MutableView);
    }

    /// <summary>Overwrites the values in place with another tensor's of equal shape and type; no gradient is recorded.</summary>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape != Shape || source.Type != Type)
            throw new ArgumentException($"CopyFrom: {source.Describe()} does not fit {Describe()}.");
        Guard.SameDevice("CopyFrom", this, source);
        CopyAll(source, MutableView);
    }

    /// <summary>
    /// A line such as "Conv2d (64, 32, 32, 3) F32 on cpu", and below it the values as numpy prints them: of more than 1,000 the
    /// first and last three along each axis. Waits for the device. The line alone where values cannot be read: the tensor is
    /// released, its device disposed of, or a step is being captured.
    /// </summary>
    public override string ToString() =>
        _released || !Device.CanRead ? Summary : $"{Summary}{Environment.NewLine}{TensorText.Of(this)}";

    /// <summary>The line, which looks at nothing on the device: a debugger may show it at any time.</summary>
    internal string Summary => $"{Describe()} on {Device.Name}{(_released ? ", released" : "")}";

    internal string Describe() => $"{_operation} {Shape} {Type}";

    internal Tensor Named(string operation)
    {
        _operation = operation;
        return this;
    }

    /// <summary>Another handle on the same memory, owned by nobody yet.</summary>
    internal Tensor Alias(Shape shape, Node? node)
    {
        ThrowIfReleased();
        return new Tensor(_storage.Hold(), shape, Type, _operation) { Node = node };
    }

    /// <summary>Gives a new handle to the innermost scope, if one is open.</summary>
    internal Tensor Adopt()
    {
        _scope = Device.Innermost;
        _scope?.Add(this);
        return this;
    }

    internal void SetNode(Node node) => Node = node;

    /// <summary>Whether the scope owns this handle.</summary>
    internal bool IsIn(TensorScope scope) => _scope == scope;

    internal void LeaveScope(TensorScope scope)
    {
        if (_scope != scope) return;
        _endedAt = scope.Site;
        Dispose();
    }

    /// <summary>A copy without history, in the current scope.</summary>
    internal Tensor Copy()
    {
        var y = Device.Result(Shape, Type).Named("Copy");
        CopyAll(this, y.View);
        return y;
    }

    static void CopyAll(Tensor source, TensorView destination)
    {
        ReadOnlySpan<int> zero = [0];
        Shape flat = new((int)Math.Min(source.Count, int.MaxValue));
        if (flat.Count != source.Count)
            throw new ArgumentException($"CopyFrom: {source.Describe()} has more than 2^31 elements.");
        source.Backend.CopyBox(source.View.As(flat), zero, destination.As(flat), zero, [flat[0]]);
    }

    void CheckType<T>(string caller) where T : unmanaged
    {
        if (ElementType.Of<T>(caller) != Type)
            throw new InvalidOperationException($"{caller}: {Describe()} cannot be read as {typeof(T).Name}.");
    }

    void ThrowIfReleased()
    {
        if (!_released) return;
        string where = _madeAt is null ? "" : $", made by {_madeAt},";
        throw new ObjectDisposedException(null, _endedAt.File is null
            ? $"{Describe()}{where} was disposed and then used."
            : $"{Describe()}{where} was used after the tensor scope opened at {_endedAt} had ended; call Keep() on a tensor that "
            + "must outlive its scope.");
    }
}
