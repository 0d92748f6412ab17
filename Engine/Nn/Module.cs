namespace Ssgan.Engine.Nn;

/// <summary>
/// A part of a network: named parameters (trained), buffers (saved, not trained) and children, each registered by an explicit
/// call in the constructor. It owns its tensors until disposed. Names join with dots: "block2.c1.weight". A tensor or a part that
/// is registered more than once (shared weights) is one: listed, counted, trained, averaged and saved once, under its first name.
/// </summary>
public abstract class Module : IDisposable
{
    readonly List<NamedTensor> _parameters = [], _buffers = [];
    readonly List<(string Name, Module Module)> _children = [];

    /// <summary>Whether batch norm uses the batch's statistics and spectral norm iterates. True at first.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>All parameters with their full names, in order of registration, a shared one under its first name only.</summary>
    public IEnumerable<NamedTensor> NamedParameters() =>
        Named(static m => m._parameters, "").DistinctBy(static p => p.Tensor);

    /// <summary>
    /// All buffers with their full names, in order of registration, a shared one under its first name only. What is a parameter
    /// as well is none.
    /// </summary>
    public IEnumerable<NamedTensor> NamedBuffers()
    {
        HashSet<Tensor> parameters = [.. Parameters];
        return Named(static m => m._buffers, "").Where(b => !parameters.Contains(b.Tensor)).DistinctBy(static b => b.Tensor);
    }

    /// <summary>
    /// The further names of parameters and buffers that are registered more than once: files from elsewhere may use these, or
    /// all.
    /// </summary>
    public IEnumerable<NamedTensor> SharedNames()
    {
        HashSet<Tensor> seen = [];
        foreach (var entry in Named(static m => m._parameters, "").Concat(Named(static m => m._buffers, "")))
        {
            if (!seen.Add(entry.Tensor)) yield return entry;
        }
    }

    /// <summary>All parameters.</summary>
    public IReadOnlyList<Tensor> Parameters => [.. NamedParameters().Select(static p => p.Tensor)];

    /// <summary>This module and all its parts, each once, in order of registration.</summary>
    public IEnumerable<Module> Modules() => Tree().Distinct();

    /// <summary>Number of trained values.</summary>
    public long ParameterCount => NamedParameters().Sum(static p => p.Tensor.Count);

    /// <summary>
    /// Parameters and then buffers by their full names, in order of registration: all that is saved of this module. A shared
    /// tensor is there once, under its first name. The tensors are the module's own: what is written to them is seen by it.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in NamedParameters().Concat(NamedBuffers())) state.Add(name, tensor);
        return state;
    }

    /// <summary>Overwrites parameters and buffers with those of another module, which may be on another device.</summary>
    /// <exception cref="ArgumentException">The names, shapes or types of the two differ; nothing was changed.</exception>
    public void CopyFrom(Module source)
    {
        ArgumentNullException.ThrowIfNull(source);
        IReadOnlyDictionary<string, Tensor> from = source.StateDict(), to = StateDict();
        var misfits = new Misfits();
        foreach (var (name, tensor) in to)
        {
            if (!from.TryGetValue(name, out var other)) misfits.Missing(name);
            else if (other.Shape != tensor.Shape || other.Type != tensor.Type)
                misfits.Other($"{name}: {other.Type} {other.Shape} should be {tensor.Type} {tensor.Shape}");
        }
        foreach (string name in from.Keys) if (!to.ContainsKey(name)) misfits.Unknown(name);
        if (misfits.All.Count > 0)
        {
            throw new ArgumentException($"CopyFrom: {source.GetType().Name} does not fit {GetType().Name}: {misfits}.",
                nameof(source));
        }
        foreach (var (name, tensor) in to)
        {
            var other = from[name];
            if (other.Device == tensor.Device)
            {
                tensor.CopyFrom(other);
                continue;
            }
            byte[] bytes = new byte[other.View.Bytes];
            other.Backend.Download(other.View, bytes);
            tensor.Backend.Upload(bytes, tensor.MutableView);
        }
    }

    /// <summary>Switches this module and its children between training and evaluation.</summary>
    public void Train(bool training = true)
    {
        Training = training;
        foreach (var (_, child) in _children) child.Train(training);
    }

    /// <summary>
    /// Switches this module and its children to evaluation: batch norm uses its running statistics, and spectral norm its
    /// estimates as they are. <see cref="Train"/> switches back.
    /// </summary>
    public void Eval() => Train(false);

    /// <summary>Drops all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, p) in NamedParameters()) p.ZeroGrad();
    }

    /// <summary>Until disposed, no gradient of this module's parameters is computed (gradients still flow through it).</summary>
    public FrozenScope Frozen() => new(Parameters);

    /// <summary>Registers a trained tensor, takes ownership and switches its gradient on.</summary>
    protected Tensor Parameter(string name, Tensor tensor)
    {
        CheckName(name);
        _parameters.Add(new(name, tensor.Own()));
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>Registers a tensor that is saved but not trained, and takes ownership.</summary>
    protected Tensor Buffer(string name, Tensor tensor)
    {
        CheckName(name);
        _buffers.Add(new(name, tensor.Own()));
        return tensor;
    }

    /// <summary>Registers a part, and takes ownership.</summary>
    /// <exception cref="ArgumentException">The name is taken or none, or this module is inside the part.</exception>
    protected T Child<T>(string name, T module) where T : Module
    {
        CheckName(name);
        if (module.Holds(this))
            throw new ArgumentException($"Module: {GetType().Name} cannot be a part of itself, as \"{name}\" would make it.");
        _children.Add((name, module));
        return module;
    }

    void CheckName(string name)
    {
        if (name.Length == 0 || name.Contains('.'))
            throw new ArgumentException($"Module: \"{name}\" cannot be a name; it must be non-empty and have no dot.");
        if (_parameters.Exists(p => p.Name == name) || _buffers.Exists(b => b.Name == name)
            || _children.Exists(c => c.Name == name))
            throw new ArgumentException($"Module: \"{name}\" is registered twice in {GetType().Name}.");
    }

    bool Holds(Module other) => this == other || _children.Exists(c => c.Module.Holds(other));

    IEnumerable<Module> Tree() => _children.SelectMany(static c => c.Module.Tree()).Prepend(this);

    IEnumerable<NamedTensor> Named(Func<Module, List<NamedTensor>> pick, string prefix)
    {
        foreach (var (name, tensor) in pick(this)) yield return new(prefix + name, tensor);
        foreach (var (name, child) in _children)
        {
            foreach (var entry in child.Named(pick, prefix + name + ".")) yield return entry;
        }
    }

    /// <summary>Frees parameters and buffers, also the children's.</summary>
    public void Dispose()
    {
        foreach (var (_, child) in _children) child.Dispose();
        foreach (var (_, t) in _parameters) t.Dispose();
        foreach (var (_, t) in _buffers) t.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Parameters that are frozen until this is disposed.</summary>
public sealed class FrozenScope : IDisposable
{
    readonly List<Tensor> _frozen = [];

    internal FrozenScope(IReadOnlyList<Tensor> parameters)
    {
        foreach (var p in parameters)
        {
            if (!p.RequiresGrad) continue;
            p.RequiresGrad = false;
            _frozen.Add(p);
        }
    }

    /// <summary>Thaws what was frozen.</summary>
    public void Dispose()
    {
        foreach (var p in _frozen) p.RequiresGrad = true;
        _frozen.Clear();
    }
}
