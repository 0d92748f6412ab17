using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>What the algorithm of a linear layer is chosen by: y (N, K) = x (N, D)·w (K, D) transposed + bias (K).</summary>
/// <param name="Rows">N.</param>
/// <param name="Outputs">K.</param>
/// <param name="Inputs">D.</param>
/// <param name="Type">Storage of all arrays.</param>
/// <param name="Tf32">Whether F32 operands may be rounded to TF32.</param>
/// <param name="Alignment">Bytes that all addresses are multiples of, 256 at most.</param>
readonly record struct LinearProblem(int Rows, int Outputs, int Inputs, DType Type, bool Tf32, int Alignment)
{
    /// <summary>For messages.</summary>
    public override string ToString() => $"({Rows}, {Inputs}) x ({Outputs}, {Inputs})T in {Type}{(Tf32 ? " (TF32)" : "")}";
}

/// <summary>A product with a bias that cuBLASLt has made ready: its descriptors and its algorithm.</summary>
sealed class LinearPlan
{
    public nint Operation, W, X, Y;
    public LtHeuristicResult Choice;
}

/// <summary>
/// A cuBLASLt handle on one stream, and a plan for every linear layer it has met. It adds the bias while the result is still in
/// registers; cuBLAS would leave that to a second pass. All calls are within a lease.
/// </summary>
sealed unsafe class CuBlasLt
{
    const int FullAlignment = 256;

    readonly CuBlasLtApi _api;
    readonly CudaDevice _device;
    readonly Action<string> _notice;
    readonly SharedBlock _workspace;
    readonly nint _handle, _stream;
    readonly Dictionary<LinearProblem, LinearPlan?> _plans = [];

    /// <summary>Loads cuBLASLt.</summary>
    /// <param name="source">Where functions come from.</param>
    /// <param name="device">The device.</param>
    /// <param name="stream">What its products run on.</param>
    /// <param name="workspace">Memory that only work on that stream uses; a captured graph keeps its address.</param>
    /// <param name="notice">Told, in a sentence, of slower paths.</param>
    /// <exception cref="DeviceException">It is not installed, or too old.</exception>
    public CuBlasLt(ISymbolSource source, CudaDevice device, nint stream, SharedBlock workspace, Action<string> notice)
    {
        _api = new CuBlasLtApi(source);
        nint handle;
        _api.Check(_api.Create(&handle));
        (_handle, _device, _stream, _workspace, _notice) = (handle, device, stream, workspace, notice);
    }

    /// <summary>
    /// Queues y = x·w transposed + bias, all arrays of one type and no sum empty; false where cuBLASLt has no algorithm for it.
    /// </summary>
    public bool TryMultiply(TensorView x, TensorView w, TensorView bias, TensorView y, bool tf32)
    {
        nint bits = x.Address | w.Address | bias.Address | y.Address | FullAlignment;
        var problem = new LinearProblem(x.Shape[0], w.Shape[0], x.Shape[1], y.Type,
            tf32 && y.Type == DType.F32, (int)(bits & -bits));
        if (!_plans.TryGetValue(problem, out var plan)) _plans[problem] = plan = Make(problem, bias.Address);
        if (plan is null) return false;
        float one = 1, zero = 0;
        SetBias(plan.Operation, bias.Address);
        fixed (LtHeuristicResult* choice = &plan.Choice)
        {
            _api.Check(_api.Matmul(_handle, plan.Operation, &one, w.Address, plan.W, x.Address, plan.X, &zero, y.Address, plan.Y,
                y.Address, plan.Y, choice->Algorithm, _workspace.Address, (nuint)_workspace.Bytes, _stream));
        }
        return true;
    }

    /// <summary>Destroys plans and handle. The stream is idle, and no call follows.</summary>
    public void Free()
    {
        try
        {
            foreach (var plan in _plans.Values) if (plan is not null) Free(plan);
            _plans.Clear();
            _api.Check(_api.Destroy(_handle));
        }
        catch (DeviceException e)
        {
            _device.NotFreed(e);
        }
    }

    LinearPlan? Make(in LinearProblem p, nint bias)
    {
        var plan = new LinearPlan();
        bool chosen = false;
        try
        {
            Describe(plan, p);
            // The choice of an algorithm looks at the alignment of the bias.
            SetBias(plan.Operation, bias);
            chosen = Choose(plan, p);
        }
        finally
        {
            if (!chosen) Free(plan);
        }
        if (chosen) return plan;
        _notice($"cuBLASLt has no algorithm for {p} with a bias, so cuBLAS multiplies, and the bias is added "
            + "in a pass of its own.");
        return null;
    }

    /// <summary>
    /// Column-major, y transposed (K, N) = w (K, D), which lies as (D, K), times x transposed (D, N); a bias goes
    /// down the columns.
    /// </summary>
    void Describe(LinearPlan plan, in LinearProblem p)
    {
        var type = CuBlas.Type(p.Type);
        nint made;
        _api.Check(_api.MatmulDescCreate(&made, CuBlas.Compute(p.Type, p.Tf32), CudaDataType.F32));
        plan.Operation = made;
        Set(made, LtMatmulAttribute.TransposeA, (int)CuBlasOperation.Transpose);
        Set(made, LtMatmulAttribute.TransposeB, (int)CuBlasOperation.None);
        Set(made, LtMatmulAttribute.Epilogue, (int)LtEpilogue.Bias);
        Set(made, LtMatmulAttribute.BiasType, (int)type);
        plan.W = Layout(p.Inputs, p.Outputs);
        plan.X = Layout(p.Inputs, p.Rows);
        plan.Y = Layout(p.Outputs, p.Rows);

        nint Layout(int rows, int columns)
        {
            nint layout;
            _api.Check(_api.MatrixLayoutCreate(&layout, type, (ulong)rows, (ulong)columns, rows));
            return layout;
        }
    }

    /// <summary>Takes cuBLASLt's first algorithm among those that add the parts of a sum in F32.</summary>
    bool Choose(LinearPlan plan, in LinearProblem p)
    {
        nint preference;
        _api.Check(_api.MatmulPreferenceCreate(&preference));
        try
        {
            ulong bytes = (ulong)_workspace.Bytes;
            _api.Check(_api.MatmulPreferenceSetAttribute(preference, LtPreferenceAttribute.MaxWorkspaceBytes, &bytes,
                sizeof(ulong)));
            Set(preference, LtPreferenceAttribute.ReductionSchemes, (int)LtReduction.InComputeType);
            for (var operand = LtPreferenceAttribute.AlignmentOfA; operand <= LtPreferenceAttribute.AlignmentOfD; operand++)
                Set(preference, operand, p.Alignment);
            int found = 0, status;
            fixed (LtHeuristicResult* choice = &plan.Choice)
                status = _api.MatmulAlgoGetHeuristic(_handle, plan.Operation, plan.W, plan.X, plan.Y, plan.Y,
                    preference, 1, choice, &found);
            if (status != CuBlasApi.NotSupported) _api.Check(status, "MatmulAlgoGetHeuristic(");
            return status == CuBlasApi.Success && found > 0 && plan.Choice.State == CuBlasApi.Success;
        }
        finally
        {
            _api.Check(_api.MatmulPreferenceDestroy(preference));
        }
    }

    void SetBias(nint operation, nint address) =>
        _api.Check(_api.MatmulDescSetAttribute(operation, LtMatmulAttribute.BiasPointer, &address, (nuint)sizeof(nint)));

    void Set(nint operation, LtMatmulAttribute attribute, int value) =>
        _api.Check(_api.MatmulDescSetAttribute(operation, attribute, &value, sizeof(int)), $"MatmulDescSetAttribute({attribute}");

    void Set(nint preference, LtPreferenceAttribute attribute, int value) =>
        _api.Check(_api.MatmulPreferenceSetAttribute(preference, attribute, &value, sizeof(int)),
            $"MatmulPreferenceSetAttribute({attribute}");

    void Free(LinearPlan plan)
    {
        if (plan.Operation != 0) _api.Check(_api.MatmulDescDestroy(plan.Operation));
        foreach (nint layout in (ReadOnlySpan<nint>)[plan.W, plan.X, plan.Y])
            if (layout != 0) _api.Check(_api.MatrixLayoutDestroy(layout));
    }
}
