using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>cudnnDataType_t, as far as we store it.</summary>
enum CuDnnType { Float = 0, Int32 = 4, BFloat16 = 9, Int64 = 10 }

/// <summary>cudnnTensorFormat_t.</summary>
enum CuDnnFormat { Nchw = 0, Nhwc = 1 }

/// <summary>cudnnConvolutionMode_t: a convolution flips the filter, a cross-correlation does not.</summary>
enum CuDnnConvolutionMode { Convolution = 0, CrossCorrelation = 1 }

/// <summary>cudnnMathType_t: <see cref="Default"/> lets F32 use TF32, <see cref="Fma"/> does not.</summary>
enum CuDnnMath { Default = 0, TensorOp = 1, TensorOpAllowConversion = 2, Fma = 3 }

/// <summary>cudnnDeterminism_t.</summary>
enum CuDnnDeterminism { NonDeterministic = 0, Deterministic = 1 }

/// <summary>cudnnConvolution{Fwd,BwdData,BwdFilter}AlgoPerf_t: one layout, three meanings of the algorithm.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct CuDnnPerformance
{
    public int Algorithm;
    public int Status;
    /// <summary>Milliseconds; −1 where it was not measured.</summary>
    public float Time;
    public nuint WorkspaceBytes;
    public CuDnnDeterminism Determinism;
    public CuDnnMath Math;
    fixed int _reserved[3];
}

/// <summary>cudnnBackendDescriptorType_t.</summary>
enum CuDnnDescriptor
{
    Pointwise = 0, Convolution = 1, Engine = 2, EngineConfig = 3, EngineHeuristic = 4, ExecutionPlan = 5,
    ConvolutionForward = 10, ConvolutionBackwardFilter = 11, ConvolutionBackwardData = 12, PointwiseOperation = 13,
    OperationGraph = 15, VariantPack = 16, Tensor = 17,
}

/// <summary>cudnnBackendAttributeType_t. Booleans are 1 byte, enums 4, Int64, pointers and descriptors 8.</summary>
enum CuDnnAttributeType
{
    Handle = 0, DataType = 1, Boolean = 2, Int64 = 3, Float = 4, Double = 5, VoidPointer = 6, ConvolutionMode = 7,
    HeuristicMode = 8, NanPropagation = 10, NumericalNote = 11, PointwiseMode = 14, Descriptor = 15, BehaviorNote = 19,
    Int32 = 23,
}

/// <summary>cudnnBackendAttributeName_t.</summary>
enum CuDnnAttribute
{
    PointwiseMode = 0, PointwiseMathPrecision = 1, PointwiseNanPropagation = 2, PointwiseReluLowerClip = 3,
    PointwiseReluUpperClip = 4, ConvolutionComputeType = 100, ConvolutionMode = 101, ConvolutionDilations = 102,
    ConvolutionStrides = 103, ConvolutionPostPaddings = 104, ConvolutionPrePaddings = 105, ConvolutionSpatialDimensions = 106,
    HeuristicMode = 200, HeuristicGraph = 201, HeuristicResults = 202,
    EngineConfigEngine = 300,
    PlanHandle = 400, PlanEngineConfig = 401, PlanWorkspaceBytes = 402,
    ForwardAlpha = 700, ForwardBeta = 701, ForwardConvolution = 702, ForwardW = 703, ForwardX = 704, ForwardY = 705,
    BackwardDataAlpha = 706, BackwardDataBeta = 707, BackwardDataConvolution = 708, BackwardDataW = 709, BackwardDataDx = 710,
    BackwardDataDy = 711, BackwardFilterAlpha = 712, BackwardFilterBeta = 713, BackwardFilterConvolution = 714,
    BackwardFilterDw = 715,
    BackwardFilterX = 716, BackwardFilterDy = 717, PointwiseDescriptor = 750, PointwiseX = 751, PointwiseB = 752,
    PointwiseY = 753,
    GraphHandle = 800, GraphOperations = 801,
    TensorAlignment = 900, TensorType = 901, TensorDimensions = 902, TensorStrides = 903, TensorId = 906, TensorIsVirtual = 907,
    TensorIsByValue = 908, PackIds = 1000, PackPointers = 1001, PackWorkspace = 1003,
    EngineIndex = 1301, EngineNumericalNotes = 1303, EngineBehaviorNotes = 1305,
}

/// <summary>cudnnPointwiseMode_t.</summary>
enum CuDnnPointwise { Add = 0, Mul = 1, ReluForward = 100 }

/// <summary>cudnnNanPropagation_t.</summary>
enum CuDnnNan { Propagate = 1 }

/// <summary>cudnnBackendHeurMode_t.</summary>
enum CuDnnHeuristic { Instant = 0, B = 1, Fallback = 2, A = 3 }

/// <summary>cudnnBackendNumericalNote_t.</summary>
enum CuDnnNumericalNote
{
    TensorCore = 0, DownConvertInputs = 1, ReducedPrecisionReduction = 2, Fft = 3, NonDeterministic = 4,
    Winograd = 5, Winograd4x4 = 6, Winograd6x6 = 7, Winograd13x13 = 8,
}

/// <summary>cudnnBackendBehaviorNote_t.</summary>
enum CuDnnBehaviorNote { RuntimeCompilation = 0 }
