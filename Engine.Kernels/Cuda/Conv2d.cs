using Ssgan.Engine.Kernels.Cuda.Libraries;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        if (y.Count == 0) return;
        if (!Library(ConvOp.Forward, x, w, y, bias, spec)) Conv2dForwardOwn(x, w, bias, y, spec);
    }

    /// <inheritdoc/>
    public override void Conv2dReluForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        if (y.Count == 0 || Library(ConvOp.Forward, x, w, y, bias, spec, relu: true)) return;
        Conv2dForwardOwn(x, w, bias, y, spec);
        Unary(new Relu(), y, y);
    }

    /// <inheritdoc/>
    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        if (dx.Count == 0) return;
        if (!Library(ConvOp.BackwardData, dx, w, dy, null, spec)) Conv2dBackwardDataOwn(dy, w, dx, spec);
    }

    /// <inheritdoc/>
    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        if (dw.Count == 0) return;
        if (!Library(ConvOp.BackwardFilter, x, dw, dy, null, spec)) Conv2dBackwardFilterOwn(x, dy, dw, spec);
    }

    /// <summary>Runs a convolution on cuDNN if that is installed and can do it.</summary>
    /// <param name="op">Which of the three.</param>
    /// <param name="x">x, or dx.</param>
    /// <param name="w">w, or dw.</param>
    /// <param name="y">y, or dy.</param>
    /// <param name="bias">The bias, forward only.</param>
    /// <param name="spec">How the filters slide.</param>
    /// <param name="relu">Whether ReLU follows, forward only.</param>
    bool Library(ConvOp op, TensorView x, TensorView w, TensorView y, TensorView? bias, in ConvSpec spec, bool relu = false)
    {
        DType type = op == ConvOp.Forward ? x.Type : y.Type;
        var result = op switch { ConvOp.Forward => y.Type, ConvOp.BackwardData => x.Type, _ => w.Type };
        // Its plain interface pads both ends alike, and few engines of the other one do otherwise.
        if (spec.Top != spec.Bottom || spec.Left != spec.Right) return false;
        if (_dnn is null || !LibrariesTake(type) || !LibrariesTake(result) || x.Count == 0 || w.Count == 0 || y.Count == 0)
            return false;
        using var lease = _device.Enter();
        var operands = new ConvOperands(x.Address, w.Address, y.Address, bias?.Address ?? 0);
        var problem = new ConvProblem(
            op, x.Shape, w.Shape, y.Shape, spec, type, result, AllowTf32 && type == DType.F32, bias is not null,
            relu, operands.Alignment);
        if (!_dnn.TryGet(problem, out var plan)) plan = MakePlan(problem, operands, y);
        if (plan is null) return false;
        Run(plan, operands, y, relu);
        return true;
    }

    ConvPlan? MakePlan(ConvProblem problem, ConvOperands operands, TensorView y)
    {
        // Making one loads and may compile kernels, and timing one runs them.
        if (IsCapturing)
            throw new InvalidOperationException(
                $"{problem} was met for the first time while a graph was being captured on {Name}; "
                + "its plan must be made before, so run the step once before it is captured.");
        return _dnn!.Make(problem, _options.Autotune ? plan => MedianMilliseconds(plan, operands, y, problem.Relu) : null);
    }

    void Run(ConvPlan plan, in ConvOperands operands, TensorView y, bool relu)
    {
        _dnn!.Run(plan, operands, plan.WorkspaceBytes == 0 ? 0 : Scratch((long)plan.WorkspaceBytes));
        // What the plan leaves to do, in one pass over y.
        TensorView? bias = operands.Bias == 0 || plan.AddsBias ? null
            : new TensorView(operands.Bias, new Shape(y.Shape[3]), DType.F32);
        if (!relu || plan.HasRelu)
        {
            if (bias is { } addend) AddBias(y, addend);
        }
        else if (bias is { } addend)
        {
            Binary(new AddRelu(), y, addend, y);
        }
        else
        {
            Unary(new Relu(), y, y);
        }
    }

    /// <summary>y (…, K) += bias F32 (K), a pass of its own over y.</summary>
    void AddBias(TensorView y, TensorView bias) => Binary(new Add(), y, bias, y);

    /// <summary>
    /// Time of a convolution with its bias and ReLU, on the operands of the call that met it first; the result is
    /// overwritten each time.
    /// </summary>
    double MedianMilliseconds(ConvPlan plan, ConvOperands operands, TensorView y, bool relu)
    {
        using var timer = new EventTimer(this);
        // The first run loads kernels and grows the workspace.
        return timer.Measure(() => Run(plan, operands, y, relu), warmup: 1, repetitions: 5, budgetSeconds: 1).MedianMs;
    }
}
