using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

/// <summary>A tensor of an operation graph.</summary>
sealed record DnnGraphTensor(long Id, DnnShape Shape, long Alignment, bool IsVirtual);

/// <summary>An operation: a convolution in one of three directions, or a pointwise one.</summary>
sealed record DnnGraphOperation(
    DnnDirection? Direction, DnnConvolutionSpec? Spec, float Alpha, float Beta, DnnGraphTensor X, DnnGraphTensor W,
    DnnGraphTensor Y, DnnGraphPointwise? Pointwise);

/// <summary>ADD (0) or RELU_FWD (100) with its clips; unless a NaN is to be propagated, it becomes the lower one.</summary>
sealed record DnnGraphPointwise(int Mode, double Lower, double Upper, bool PropagatesNan);

/// <summary>The graphs that are emulated: a convolution, forward with a bias and a ReLU behind it if wanted.</summary>
/// <param name="Direction">Which of the three arrays is computed.</param>
/// <param name="Problem">Sizes and strides; the storage of the last result is that of the graph's last tensor.</param>
/// <param name="Alpha">Factor of the convolution.</param>
/// <param name="Beta">Factor of what the result held.</param>
/// <param name="X">The input, or its gradient.</param>
/// <param name="W">The filters, or their gradient.</param>
/// <param name="Y">The convolution's output, or its gradient.</param>
/// <param name="Bias">What is added, or null.</param>
/// <param name="Relu">What follows, or null.</param>
/// <param name="Result">The last tensor.</param>
sealed record DnnGraph(
    DnnDirection Direction, DnnProblem Problem, float Alpha, float Beta, DnnGraphTensor X, DnnGraphTensor W, DnnGraphTensor Y,
    DnnGraphTensor? Bias, DnnGraphPointwise? Relu, DnnGraphTensor Result)
{
    public IEnumerable<DnnGraphTensor> Arrays =>
        Bias is null ? [Operand(0), Operand(1), Result] : [Operand(0), Operand(1), Bias, Result];

    public bool IsFused => Result != Target;

    /// <summary>What the convolution itself writes.</summary>
    public DnnGraphTensor Target => Direction == DnnDirection.Forward ? Y : Direction == DnnDirection.BackwardData ? X : W;

    /// <summary>The operands in the order x and w, w and dy, x and dy.</summary>
    public DnnGraphTensor Operand(int index) => (Direction == DnnDirection.BackwardData, index) switch
    {
        (false, 0) => X,
        (true, 0) => W,
        (false, _) => Direction == DnnDirection.Forward ? W : Y,
        _ => Y,
    };

    /// <summary>Recognizes a list of operations.</summary>
    public static DnnGraph Of(IReadOnlyList<DnnGraphOperation> operations, int computeCapability)
    {
        var first = operations[0];
        if (first.Direction is not { } direction || first.Spec is not { } spec)
            throw Pattern("the first operation is no convolution");
        DnnShape x = first.X.Shape, w = first.W.Shape, y = first.Y.Shape;
        if (w.C == 0 || x.C % w.C != 0 || w.N % (x.C / w.C) != 0)
            throw new LibraryFailure(EmulatedDnn.ShapeMismatch, $"the channels of {x} are no groups of those of {w}");
        if ((y.N, y.C, y.H, y.W) != (x.N, w.N, spec.OutH(x.H, w.H), spec.OutW(x.W, w.W)))
            throw new LibraryFailure(EmulatedDnn.ShapeMismatch, $"y is {y}, the convolution of {x} with {w} gives another shape");
        var problem = new DnnProblem(x, w, y, spec, x.C / w.C, false);
        var graph = new DnnGraph(direction, problem, first.Alpha, first.Beta, first.X, first.W, first.Y, null, null, first.Y);
        graph = graph with { Result = graph.Target };
        if (graph.Operand(0).Shape.Type != graph.Operand(1).Shape.Type)
            throw EmulatedDnn.Unsupported("the operands differ in storage");
        if (graph.Operand(0).Shape.Type == DType.BF16 && computeCapability < 80)
            throw EmulatedDnn.Unsupported("BF16 needs compute capability 8.0");
        foreach (var operation in operations.Skip(1)) graph = graph.Then(operation);
        var tensors = graph.Arrays.ToArray();
        if (tensors.Any(static t => t.IsVirtual)) throw Pattern("an array of the graph's ends is virtual");
        if (tensors.Select(static t => t.Id).Distinct().Count() < tensors.Length)
            throw new LibraryFailure(EmulatedDnn.Duplicated, "two arrays have one name");
        return graph;
    }

    DnnGraph Then(DnnGraphOperation next)
    {
        if (Direction != DnnDirection.Forward) throw Pattern("only a forward convolution may be followed by something");
        if (next.Pointwise is not { } pointwise || next.X != Result) throw Pattern("an operation does not follow the one before");
        if (!Result.IsVirtual || Result.Shape.Type != DType.F32)
            throw Pattern("what lies between operations must be virtual and FLOAT");
        DnnShape from = next.X.Shape, to = next.Y.Shape;
        if ((from.N, from.C, from.H, from.W) != (to.N, to.C, to.H, to.W))
            throw new LibraryFailure(EmulatedDnn.ShapeMismatch, $"{from} becomes {to}");
        if (pointwise.Mode == 0 && Bias is null && Relu is null)
        {
            var b = next.W.Shape;
            if ((b.N, b.C, b.H, b.W) != (1, from.C, 1, 1)) throw Pattern($"the bias {b} is not one value a channel");
            return this with { Bias = next.W, Result = next.Y };
        }
        if (pointwise.Mode == 100 && Relu is null) return this with { Relu = pointwise, Result = next.Y };
        throw Pattern($"pointwise mode {pointwise.Mode} at this place is not emulated");
    }

    static LibraryFailure Pattern(string message) => new(EmulatedDnn.GraphPattern, message);

    /// <summary>Computes it on an engine.</summary>
    public void Run(DeviceMemory memory, IReadOnlyDictionary<long, ulong> at, bool tf32, bool reverse)
    {
        DnnArray Read(DnnGraphTensor t) => DnnArray.Read(memory, at[t.Id], t.Shape, tf32);
        DnnArray a = Read(Operand(0)), b = Read(Operand(1));
        var sums = Direction == DnnDirection.Forward ? DnnLoops.Forward(Problem, a, b)
            : Direction == DnnDirection.BackwardData ? DnnLoops.BackwardData(Problem, a, b, reverse)
            : DnnLoops.BackwardFilter(Problem, a, b, reverse);
        if (!IsFused)
        {
            sums.Blend(memory, at[Result.Id], Alpha, Beta);
            return;
        }
        float[] bias = Bias is null ? [] : DnnArray.Read(memory, at[Bias.Id], Bias.Shape).Data;
        var result = new DnnArray(Result.Shape);
        for (int i = 0; i < result.Data.Length; i++)
        {
            float value = Alpha * sums.Data[i] + (bias.Length > 0 ? bias[i % bias.Length] : 0);
            result.Data[i] = Relu is null || float.IsNaN(value) && Relu.PropagatesNan ? value
                : float.IsNaN(value) ? (float)Relu.Lower : (float)Math.Min(Math.Max(value, Relu.Lower), Relu.Upper);
        }
        result.Blend(memory, at[Result.Id], 1, 0);
    }
}
