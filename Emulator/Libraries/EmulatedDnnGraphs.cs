namespace Ssgan.Emulator;

/// <summary>
/// cuDNN's graph interface: descriptors that are set, finalized and asked, engines with notes, plans and their execution in
/// stream order. What a finalized descriptor means is a copy, so the descriptors that it was made of may go.
/// </summary>
sealed unsafe class EmulatedDnnGraphs(EmulatedDnn dnn)
{
    // Engines without a promised order take turns between two orders, so that code which relies on one is caught.
    int _turn;

    sealed record Configuration(DnnGraph Graph, DnnEngine Engine);

    sealed record Pack(Dictionary<long, ulong> Addresses, nint Workspace);

    public void Export(ExportTable table)
    {
        table.IP("cudnnBackendCreateDescriptor", Check.None, Create);
        table.P("cudnnBackendDestroyDescriptor", Check.None, handle => dnn.Cuda.Handles.Remove(Descriptor(handle)));
        table.P("cudnnBackendFinalize", Check.None, handle => Finish(Descriptor(handle)));
        table.Put("cudnnBackendSetAttribute", new NativePIILP((descriptor, name, type, count, values) =>
            table.Run("cudnnBackendSetAttribute", Check.None, () =>
            {
                if (name == 2 && dnn.Cuda.Options.RefusesNanPropagation)
                    throw EmulatedDnn.Unsupported("this version takes no propagation of NaN");
                Descriptor(descriptor).Set(name, type, count, values);
            })));
        table.Put("cudnnBackendGetAttribute", new NativePIILPP((descriptor, name, type, room, count, values) =>
            table.Run("cudnnBackendGetAttribute", Check.None, () => Get(descriptor, name, type, room, (long*)count, values))));
        table.PPP("cudnnBackendExecute", Check.Context, Execute);
    }

    DnnBackendDescriptor Descriptor(nint handle) =>
        dnn.Cuda.Handles.Find<DnnBackendDescriptor>(handle)
            ?? throw EmulatedDnn.Bad($"0x{handle:x} is no live backend descriptor");

    /// <summary>What a finalized descriptor of a kind means.</summary>
    T Meaning<T>(nint handle)
    {
        var descriptor = Descriptor(handle);
        if (!descriptor.IsFinal) throw new LibraryFailure(EmulatedDnn.NotFinalized, $"{descriptor} is not final");
        return descriptor.Meaning is T meaning ? meaning
            : throw new LibraryFailure(EmulatedDnn.DescriptorType, $"{descriptor} is no {typeof(T).Name}");
    }

    void Create(int type, nint result)
    {
        EmulatedDnn.Pointer(result, "descriptor");
        if (!DnnBackendDescriptor.Knows(type))
            throw EmulatedDnn.Unsupported($"backend descriptors of type {type} are not emulated");
        *(nint*)result = dnn.Cuda.Handles.Add(new DnnBackendDescriptor(type));
    }

    void Finish(DnnBackendDescriptor d)
    {
        if (d.IsFinal) throw EmulatedDnn.Bad($"{d} is final already");
        if (d.Type == dnn.Cuda.Options.RefusedDescriptor) throw EmulatedDnn.Unsupported($"this version knows no {d}");
        d.RequireAll();
        d.Meaning = d.Type switch
        {
            DnnBackendDescriptor.Tensor => Tensor(d),
            DnnBackendDescriptor.Convolution => Convolution(d),
            DnnBackendDescriptor.Pointwise => Pointwise(d),
            DnnBackendDescriptor.Forward => Operation(d, DnnDirection.Forward, 700, convolution: 702, x: 704, w: 703, y: 705),
            DnnBackendDescriptor.BackwardData =>
                Operation(d, DnnDirection.BackwardData, 706, convolution: 708, x: 710, w: 709, y: 711),
            DnnBackendDescriptor.BackwardFilter =>
                Operation(d, DnnDirection.BackwardFilter, 712, convolution: 714, x: 716, w: 715, y: 717),
            DnnBackendDescriptor.PointwiseOperation => Pointwise(d, Meaning<DnnGraphPointwise>(d.Value<nint>(750))),
            DnnBackendDescriptor.Graph => Graph(d),
            DnnBackendDescriptor.Heuristic => Heuristic(d),
            DnnBackendDescriptor.Plan => Plan(d),
            DnnBackendDescriptor.VariantPack => VariantPack(d),
            _ => throw EmulatedDnn.Bad($"{d} is filled and finished by cuDNN itself"),
        };
        d.IsFinal = true;
    }

    static DnnGraphTensor Tensor(DnnBackendDescriptor d)
    {
        long[] sizes = d.Values<long>(902), strides = d.Values<long>(903);
        if (sizes.Length != 4 || strides.Length != 4)
            throw EmulatedDnn.Unsupported($"tensors of {sizes.Length} dimensions are not emulated");
        int I(long value) => checked((int)value);
        var shape = new DnnShape(EmulatedDnn.Type(d.Value<int>(901)), I(sizes[0]), I(sizes[1]), I(sizes[2]), I(sizes[3]),
            I(strides[0]), I(strides[1]), I(strides[2]), I(strides[3]));
        shape.Validate();
        long id = d.Value<long>(906), alignment = d.Value<long>(900);
        if (id < 0) throw EmulatedDnn.Bad($"{id} is no name of a tensor");
        if (alignment < 1 || !long.IsPow2(alignment) || alignment % Engine.Kernels.DTypes.Size(shape.Type) != 0)
            throw EmulatedDnn.Bad($"an alignment of {alignment} bytes is impossible");
        return new DnnGraphTensor(id, shape, alignment, d.Value<byte>(907) != 0);
    }

    static DnnConvolutionSpec Convolution(DnnBackendDescriptor d)
    {
        if (d.Value<int>(100) != 0) throw EmulatedDnn.Unsupported("the compute type is not FLOAT");
        if (d.Value<long>(106) != 2) throw EmulatedDnn.Unsupported("only convolutions of two dimensions are emulated");
        long[] before = d.Values<long>(105), after = d.Values<long>(104), strides = d.Values<long>(103),
            dilations = d.Values<long>(102);
        if (!before.SequenceEqual(after)) throw EmulatedDnn.Unsupported("padding that differs between the ends is not emulated");
        if (before.Any(static p => p < 0) || strides.Any(static s => s < 1) || dilations.Any(static s => s < 1))
            throw EmulatedDnn.Bad("a negative padding, or a stride or dilation below 1");
        int mode = d.Value<int>(101);
        if (mode is not (0 or 1)) throw EmulatedDnn.Bad($"{mode} is no convolution mode");
        return new((int)before[0], (int)before[1], (int)strides[0], (int)strides[1], (int)dilations[0],
            (int)dilations[1], mode == 0);
    }

    static DnnGraphPointwise Pointwise(DnnBackendDescriptor d)
    {
        if (d.Value<int>(1) != 0) throw EmulatedDnn.Unsupported("the arithmetic of a pointwise operation is not FLOAT");
        int mode = d.Value<int>(0);
        if (mode is not (0 or 100)) throw EmulatedDnn.Unsupported($"pointwise mode {mode} is not emulated");
        int nan = d.Value<int>(2);
        if (nan is not (0 or 1)) throw EmulatedDnn.Bad($"{nan} is no propagation of NaN");
        return new DnnGraphPointwise(mode, d.Value<double>(3), d.Value(4, double.PositiveInfinity), nan == 1);
    }

    DnnGraphOperation Operation(DnnBackendDescriptor d, DnnDirection direction, int alpha,
        int convolution, int x, int w, int y) =>
        new(direction, Meaning<DnnConvolutionSpec>(d.Value<nint>(convolution)), d.Value<float>(alpha), d.Value<float>(alpha + 1),
            Meaning<DnnGraphTensor>(d.Value<nint>(x)), Meaning<DnnGraphTensor>(d.Value<nint>(w)),
            Meaning<DnnGraphTensor>(d.Value<nint>(y)), null);

    DnnGraphOperation Pointwise(DnnBackendDescriptor d, DnnGraphPointwise pointwise)
    {
        var x = Meaning<DnnGraphTensor>(d.Value<nint>(751));
        nint second = d.Value<nint>(752);
        if (pointwise.Mode == 0 == (second == 0))
            throw EmulatedDnn.Bad($"pointwise mode {pointwise.Mode} has the wrong number of operands");
        return new(null, null, 1, 0, x, second == 0 ? x : Meaning<DnnGraphTensor>(second),
            Meaning<DnnGraphTensor>(d.Value<nint>(753)), pointwise);
    }

    DnnGraph Graph(DnnBackendDescriptor d)
    {
        dnn.Handle(d.Value<nint>(800));
        return DnnGraph.Of([.. d.Values<nint>(801).Select(Meaning<DnnGraphOperation>)], dnn.Cuda.Options.ComputeCapability);
    }

    Configuration[] Heuristic(DnnBackendDescriptor d)
    {
        var graph = Meaning<DnnGraph>(d.Value<nint>(201));
        int mode = d.Value<int>(200);
        var engines = mode switch
        {
            3 => DnnEngine.ModeA, 2 => DnnEngine.Fallback, _ =>
                throw EmulatedDnn.Unsupported($"heuristic mode {mode} is not emulated"),
        };
        int capability = dnn.Cuda.Options.ComputeCapability;
        return [.. engines.Where(e => dnn.Cuda.Options.Engines?.Contains(e.Index) != false && e.Takes(graph, capability))
            .Select(e => new Configuration(graph, e))];
    }

    Configuration Plan(DnnBackendDescriptor d)
    {
        dnn.Handle(d.Value<nint>(400));
        var configuration = Meaning<Configuration>(d.Value<nint>(401));
        return configuration.Engine.Status == 0 ? configuration
            : throw new LibraryFailure(configuration.Engine.Status, $"engine {configuration.Engine.Index} cannot be made ready");
    }

    static Pack VariantPack(DnnBackendDescriptor d)
    {
        long[] names = d.Values<long>(1000);
        nint[] addresses = d.Values<nint>(1001);
        if (names.Length != addresses.Length)
            throw new LibraryFailure(EmulatedDnn.SizeInsufficient, $"{names.Length} names for {addresses.Length} addresses");
        if (names.Distinct().Count() < names.Length)
            throw new LibraryFailure(EmulatedDnn.Duplicated, "a name stands twice in a variant pack");
        return new Pack(names.Zip(addresses).ToDictionary(static p => p.First, static p => (ulong)p.Second), d.Value<nint>(1003));
    }

    void Get(nint handle, int name, int type, long room, long* count, nint values)
    {
        var d = Descriptor(handle);
        if (!d.IsFinal) throw new LibraryFailure(EmulatedDnn.NotFinalized, $"{d} is not final");
        void Is(int expected)
        {
            if (type != expected)
                throw new LibraryFailure(EmulatedDnn.AttributeType, $"attribute {name} of {d} has type {expected}, not {type}");
        }
        void Give<T>(params ReadOnlySpan<T> all) where T : unmanaged
        {
            if (count != null) *count = all.Length;
            if (room > 0)
                all[..(int)Math.Min(room, all.Length)].CopyTo(new((void*)EmulatedDnn.Pointer(values, "arrayOfElements"),
                    (int)room));
        }
        void Fill(int kind, params ReadOnlySpan<object> meanings)
        {
            Is(DnnAttribute.Descriptor);
            int given = room == 0 ? meanings.Length : (int)Math.Min(room, meanings.Length);
            if (count != null) *count = given;
            for (int i = 0; room > 0 && i < given; i++)
            {
                var target = Descriptor(((nint*)EmulatedDnn.Pointer(values, "arrayOfElements"))[i]);
                if (target.Type != kind)
                    throw new LibraryFailure(EmulatedDnn.DescriptorType, $"{target} cannot hold a result of type {kind}");
                (target.Meaning, target.IsFinal) = (meanings[i], true);
            }
        }
        switch (d.Meaning, name)
        {
            case (Configuration[] all, 202): Fill(DnnBackendDescriptor.Config, all); break;
            case (Configuration c, 300) when d.Type == DnnBackendDescriptor.Config:
                Fill(DnnBackendDescriptor.Engine, c.Engine); break;
            case (DnnEngine e, 1301): Is(DnnAttribute.Int64); Give((long)e.Index); break;
            case (DnnEngine e, 1303): Is(DnnAttribute.NumericalNote); Give(e.Notes.AsSpan()); break;
            case (DnnEngine e, 1305): Is(DnnAttribute.BehaviorNote); Give(e.Behavior.AsSpan()); break;
            case (Configuration c, 402) when d.Type == DnnBackendDescriptor.Plan:
                Is(DnnAttribute.Int64); Give(c.Engine.Workspace); break;
            default: throw EmulatedDnn.Bad($"{d} has no attribute {name} that can be read");
        }
    }

    void Execute(nint handle, nint plan, nint pack)
    {
        var h = dnn.Handle(handle);
        if (Descriptor(plan).Type != DnnBackendDescriptor.Plan)
            throw new LibraryFailure(EmulatedDnn.DescriptorType, "the second argument is no plan");
        var (graph, engine) = Meaning<Configuration>(plan);
        var (addresses, workspace) = Meaning<Pack>(pack);
        foreach (var tensor in graph.Arrays)
        {
            if (!addresses.TryGetValue(tensor.Id, out ulong address) || address == 0)
                throw new LibraryFailure(EmulatedDnn.NullPointer, $"tensor {tensor.Id} has no address");
            if (address % (ulong)tensor.Alignment != 0)
                throw new LibraryFailure(EmulatedDnn.Misaligned,
                    $"tensor {tensor.Id} at 0x{address:x} is not aligned to {tensor.Alignment} bytes");
        }
        if (engine.Workspace > 0) EmulatedDnn.Pointer(workspace, "the workspace");
        var memory = dnn.Cuda.Memory;
        EmulatedCuda.Submit(dnn.Cuda.Stream(h.Stream), new StreamWork($"cuDNN engine {engine.Index}", () =>
        {
            // What a real engine leaves there is no number anyone may use.
            if (engine.Workspace > 0) memory.Fill((ulong)workspace, [0xFF], engine.Workspace);
            engine.Run(graph, memory, addresses, (_turn++ & 1) == 1);
            dnn.Cuda.Ran(engine.Index);
        }));
    }
}

delegate int NativePIILP(nint a, int b, int c, long d, nint e);

delegate int NativePIILPP(nint a, int b, int c, long d, nint e, nint f);
