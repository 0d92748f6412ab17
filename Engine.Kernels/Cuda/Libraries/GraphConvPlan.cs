using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>A convolution by cuDNN's graph interface: an engine with everything that it has compiled and worked out.</summary>
sealed unsafe class GraphConvPlan : ConvPlan
{
    readonly CuDnnApi _api;
    readonly nint _plan, _config;

    GraphConvPlan(CuDnnApi api, nint plan, nint config, long workspaceBytes, ConvChoice choice)
    {
        (_api, _plan, _config, Choice) = (api, plan, config, choice);
        WorkspaceBytes = (nuint)workspaceBytes;
        (AddsBias, HasRelu) = (choice.AddsBias, choice.HasRelu);
    }

    public ConvChoice Choice { get; }

    /// <summary>The plan of an engine, or null where the engine cannot do it after all or wants too much workspace.</summary>
    public static GraphConvPlan? Build(CuDnnApi api, nint handle, GraphDescriptors d, in ConvEngine engine)
    {
        nint plan = d.Create(CuDnnDescriptor.ExecutionPlan);
        d.Handle(plan, CuDnnAttribute.PlanHandle, handle);
        d.Links(plan, CuDnnAttribute.PlanEngineConfig, engine.Config);
        if (!d.TryFinish(plan)) return null;
        long bytes = d.Int64(plan, CuDnnAttribute.PlanWorkspaceBytes);
        // The configuration stays with its plan; tensors and operations are not needed any more.
        return bytes > MostWorkspaceBytes ? null
            : new GraphConvPlan(api, d.Take(plan), d.Take(engine.Config), bytes, engine.Choice);
    }

    public override void Run(nint handle, in ConvOperands operands, nint workspace)
    {
        const int Most = 4;
        nint* addresses = stackalloc nint[Most] { operands.X, operands.W, operands.Y, operands.Bias };
        long* names = stackalloc long[Most] { ConvGraph.X, ConvGraph.W, ConvGraph.Y, ConvGraph.Bias };
        int count = AddsBias ? Most : Most - 1;
        nint pack;
        _api.Check(_api.BackendCreateDescriptor(CuDnnDescriptor.VariantPack, &pack));
        try
        {
            _api.Check(_api.BackendSetAttribute(pack, CuDnnAttribute.PackPointers,
                CuDnnAttributeType.VoidPointer, count, addresses));
            _api.Check(_api.BackendSetAttribute(pack, CuDnnAttribute.PackIds, CuDnnAttributeType.Int64, count, names));
            _api.Check(_api.BackendSetAttribute(pack, CuDnnAttribute.PackWorkspace,
                CuDnnAttributeType.VoidPointer, 1, &workspace));
            _api.Check(_api.BackendFinalize(pack));
            _api.Check(_api.BackendExecute(handle, _plan, pack));
        }
        finally
        {
            // The call has copied what it needs.
            _api.Check(_api.BackendDestroyDescriptor(pack));
        }
    }

    public override void Free()
    {
        _api.Check(_api.BackendDestroyDescriptor(_plan));
        _api.Check(_api.BackendDestroyDescriptor(_config));
    }
}
