using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>
/// A convolution as an operation graph of cuDNN: one operation, or a forward convolution, the addition of its bias and ReLU.
/// Sizes are given as N, C, H, W, and the strides say that channels are innermost. Filters of fewer channels than the images
/// have say that there are groups.
/// </summary>
static class ConvGraph
{
    /// <summary>Names of the arrays in a variant pack.</summary>
    public const long X = 0, W = 1, Y = 2, Bias = 3;

    const long Sum = 4, Biased = 5;

    /// <summary>Describes it; 0 where cuDNN knows no such graph of more than one operation.</summary>
    /// <param name="d">Owns the descriptors.</param>
    /// <param name="handle">cuDNN's.</param>
    /// <param name="p">The convolution.</param>
    /// <param name="bias">Whether the graph adds the bias.</param>
    /// <param name="relu">Whether the graph ends in ReLU.</param>
    public static nint Build(GraphDescriptors d, nint handle, in ConvProblem p, bool bias, bool relu)
    {
        var (x, w, y) = p.Op switch
        {
            ConvOp.Forward => (p.Type, p.Type, p.Result),
            ConvOp.BackwardData => (p.Result, p.Type, p.Type),
            _ => (p.Type, p.Result, p.Type),
        };
        nint tx = Tensor(d, X, x, p.X, p.Alignment), tw = Tensor(d, W, w, p.W, p.Alignment),
            ty = Tensor(d, Y, y, p.Y, p.Alignment);
        nint convolution = Convolution(d, p.Spec);
        List<nint> operations = [];
        // What lies between two operations is never written.
        var between = p.Y;
        nint last = bias || relu ? Virtual(Sum) : ty;
        operations.Add(Operation(d, p.Op, convolution, tx, tw, last));
        if (bias)
        {
            nint tb = Tensor(d, Bias, DType.F32, new Shape(1, 1, 1, p.Y[3]), p.Alignment), sum = relu ? Virtual(Biased) : ty;
            if (Pointwise(d, Add(d), last, tb, sum) is not (var added and not 0)) return 0;
            operations.Add(added);
            last = sum;
        }
        if (relu)
        {
            if (Pointwise(d, Relu(d), last, 0, ty) is not (var positive and not 0)) return 0;
            operations.Add(positive);
        }
        nint graph = d.Create(CuDnnDescriptor.OperationGraph);
        d.Handle(graph, CuDnnAttribute.GraphHandle, handle);
        d.Links(graph, CuDnnAttribute.GraphOperations, [.. operations]);
        if (operations.Count > 1) return d.TryFinish(graph) ? graph : 0;
        d.Finish(graph);
        return graph;

        nint Virtual(long id) => Tensor(d, id, DType.F32, between, ConvPlan.FullAlignment, isVirtual: true);
    }

    static nint Tensor(GraphDescriptors d, long id, DType type, Shape s, int alignment, bool isVirtual = false)
    {
        long n = s[0], h = s[1], w = s[2], c = s[3];
        nint tensor = d.Create(CuDnnDescriptor.Tensor);
        d.Type(tensor, CuDnnAttribute.TensorType, type == DType.BF16 ? CuDnnType.BFloat16 : CuDnnType.Float);
        d.Int64s(tensor, CuDnnAttribute.TensorDimensions, n, c, h, w);
        d.Int64s(tensor, CuDnnAttribute.TensorStrides, h * w * c, 1, w * c, c);
        d.Int64s(tensor, CuDnnAttribute.TensorId, id);
        d.Int64s(tensor, CuDnnAttribute.TensorAlignment, alignment);
        if (isVirtual) d.Flag(tensor, CuDnnAttribute.TensorIsVirtual);
        d.Finish(tensor);
        return tensor;
    }

    static nint Convolution(GraphDescriptors d, ConvSpec spec)
    {
        nint convolution = d.Create(CuDnnDescriptor.Convolution);
        d.Type(convolution, CuDnnAttribute.ConvolutionComputeType, CuDnnType.Float);
        d.Choice(convolution, CuDnnAttribute.ConvolutionMode, CuDnnAttributeType.ConvolutionMode,
            (int)CuDnnConvolutionMode.CrossCorrelation);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionSpatialDimensions, 2);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionPrePaddings, spec.Top, spec.Left);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionPostPaddings, spec.Bottom, spec.Right);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionStrides, spec.StrideH, spec.StrideW);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionDilations, spec.DilationH, spec.DilationW);
        d.Finish(convolution);
        return convolution;
    }

    static nint Operation(GraphDescriptors d, ConvOp op, nint convolution, nint x, nint w, nint y)
    {
        nint operation;
        switch (op)
        {
            case ConvOp.Forward:
                operation = d.Create(CuDnnDescriptor.ConvolutionForward);
                Fill(CuDnnAttribute.ForwardConvolution, CuDnnAttribute.ForwardX, CuDnnAttribute.ForwardW, CuDnnAttribute.ForwardY,
                    CuDnnAttribute.ForwardAlpha, CuDnnAttribute.ForwardBeta);
                break;
            case ConvOp.BackwardData:
                operation = d.Create(CuDnnDescriptor.ConvolutionBackwardData);
                Fill(CuDnnAttribute.BackwardDataConvolution, CuDnnAttribute.BackwardDataDx, CuDnnAttribute.BackwardDataW,
                    CuDnnAttribute.BackwardDataDy, CuDnnAttribute.BackwardDataAlpha, CuDnnAttribute.BackwardDataBeta);
                break;
            default:
                operation = d.Create(CuDnnDescriptor.ConvolutionBackwardFilter);
                Fill(CuDnnAttribute.BackwardFilterConvolution, CuDnnAttribute.BackwardFilterX, CuDnnAttribute.BackwardFilterDw,
                    CuDnnAttribute.BackwardFilterDy, CuDnnAttribute.BackwardFilterAlpha, CuDnnAttribute.BackwardFilterBeta);
                break;
        }
        d.Finish(operation);
        return operation;

        void Fill(CuDnnAttribute how, CuDnnAttribute ofX, CuDnnAttribute ofW, CuDnnAttribute ofY,
            CuDnnAttribute alpha, CuDnnAttribute beta)
        {
            d.Links(operation, how, convolution);
            d.Links(operation, ofX, x);
            d.Links(operation, ofW, w);
            d.Links(operation, ofY, y);
            d.Float(operation, alpha, 1);
            d.Float(operation, beta, 0);
        }
    }

    /// <summary>A sum; 0 where this cuDNN knows none.</summary>
    static nint Add(GraphDescriptors d)
    {
        nint add = d.Create(CuDnnDescriptor.Pointwise);
        d.Choice(add, CuDnnAttribute.PointwiseMode, CuDnnAttributeType.PointwiseMode, (int)CuDnnPointwise.Add);
        d.Type(add, CuDnnAttribute.PointwiseMathPrecision, CuDnnType.Float);
        return d.TryFinish(add) ? add : 0;
    }

    /// <summary>ReLU; 0 where it would turn a NaN into 0, which would hide what went wrong.</summary>
    static nint Relu(GraphDescriptors d)
    {
        nint relu = d.Create(CuDnnDescriptor.Pointwise);
        d.Choice(relu, CuDnnAttribute.PointwiseMode, CuDnnAttributeType.PointwiseMode, (int)CuDnnPointwise.ReluForward);
        d.Type(relu, CuDnnAttribute.PointwiseMathPrecision, CuDnnType.Float);
        if (!d.TryChoice(relu, CuDnnAttribute.PointwiseNanPropagation,
            CuDnnAttributeType.NanPropagation, (int)CuDnnNan.Propagate))
            return 0;
        return d.TryFinish(relu) ? relu : 0;
    }

    /// <summary>The operation; 0 where cuDNN does not know it, or what it is to do.</summary>
    static nint Pointwise(GraphDescriptors d, nint pointwise, nint x, nint other, nint y)
    {
        if (pointwise == 0) return 0;
        nint operation = d.Create(CuDnnDescriptor.PointwiseOperation);
        d.Links(operation, CuDnnAttribute.PointwiseDescriptor, pointwise);
        d.Links(operation, CuDnnAttribute.PointwiseX, x);
        if (other != 0) d.Links(operation, CuDnnAttribute.PointwiseB, other);
        d.Links(operation, CuDnnAttribute.PointwiseY, y);
        return d.TryFinish(operation) ? operation : 0;
    }
}
