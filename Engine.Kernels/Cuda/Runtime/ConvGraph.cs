using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Runtime;

/// <summary>
/// A convolution as an operation graph of cuDNN: one operation, or a forward convolution and the addition of its bias. Sizes are given as N, C, H,
/// W, and the strides say that channels are innermost.
/// </summary>
static class ConvGraph
{
    /// <summary>Names of the arrays in a variant pack.</summary>
    public const long X = 0, W = 1, Y = 2, Bias = 3;

    const long Sum = 4;

    /// <summary>Describes it.</summary>
    /// <param name="d">Owns the descriptors.</param>
    /// <param name="handle">cuDNN's.</param>
    /// <param name="p">The convolution.</param>
    /// <param name="bias">Whether the graph adds the bias.</param>
    public static nint Build(GraphDescriptors d, nint handle, in ConvProblem p, bool bias)
    {
        var (x, w, y) = p.Op switch
        {
            ConvOp.Forward => (p.Type, p.Type, p.Result),
            ConvOp.BackwardData => (p.Result, p.Type, p.Type),
            _ => (p.Type, p.Result, p.Type),
        };
        nint tx = Tensor(d, X, x, p.X, p.Alignment), tw = Tensor(d, W, w, p.W, p.Alignment), ty = Tensor(d, Y, y, p.Y, p.Alignment);
        nint convolution = Convolution(d, p.Spec);
        nint graph = d.Create(CuDnnDescriptor.OperationGraph);
        d.Handle(graph, CuDnnAttribute.GraphHandle, handle);
        if (bias)
        {
            nint sum = Tensor(d, Sum, DType.F32, p.Y, ConvPlan.FullAlignment, isVirtual: true);
            nint tb = Tensor(d, Bias, DType.F32, new Shape(1, 1, 1, p.Y[3]), p.Alignment);
            d.Links(graph, CuDnnAttribute.GraphOperations, Operation(d, p.Op, convolution, tx, tw, sum), Add(d, sum, tb, ty));
        }
        else
        {
            d.Links(graph, CuDnnAttribute.GraphOperations, Operation(d, p.Op, convolution, tx, tw, ty));
        }
        d.Finish(graph);
        return graph;
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
        d.Choice(convolution, CuDnnAttribute.ConvolutionMode, CuDnnAttributeType.ConvolutionMode, (int)CuDnnConvolutionMode.CrossCorrelation);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionSpatialDimensions, 2);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionPrePaddings, spec.Padding, spec.Padding);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionPostPaddings, spec.Padding, spec.Padding);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionStrides, spec.Stride, spec.Stride);
        d.Int64s(convolution, CuDnnAttribute.ConvolutionDilations, 1, 1);
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

        void Fill(CuDnnAttribute how, CuDnnAttribute ofX, CuDnnAttribute ofW, CuDnnAttribute ofY, CuDnnAttribute alpha, CuDnnAttribute beta)
        {
            d.Links(operation, how, convolution);
            d.Links(operation, ofX, x);
            d.Links(operation, ofW, w);
            d.Links(operation, ofY, y);
            d.Float(operation, alpha, 1);
            d.Float(operation, beta, 0);
        }
    }

    static nint Add(GraphDescriptors d, nint x, nint bias, nint y)
    {
        nint add = d.Create(CuDnnDescriptor.Pointwise);
        d.Choice(add, CuDnnAttribute.PointwiseMode, CuDnnAttributeType.PointwiseMode, (int)CuDnnPointwise.Add);
        d.Type(add, CuDnnAttribute.PointwiseMathPrecision, CuDnnType.Float);
        d.Finish(add);
        nint operation = d.Create(CuDnnDescriptor.PointwiseOperation);
        d.Links(operation, CuDnnAttribute.PointwiseDescriptor, add);
        d.Links(operation, CuDnnAttribute.PointwiseX, x);
        d.Links(operation, CuDnnAttribute.PointwiseB, bias);
        d.Links(operation, CuDnnAttribute.PointwiseY, y);
        d.Finish(operation);
        return operation;
    }
}
