using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// Sizes, offsets and numbers of NVIDIA's headers; nothing but these tests would notice a slip before a card does.
/// </summary>
sealed class LayoutTests
{
    [Test]
    public void Structs_have_the_headers_sizes_and_offsets()
    {
        Assert.That((Unsafe.SizeOf<LtHeuristicResult>(), Unsafe.SizeOf<CuDnnPerformance>(), Unsafe.SizeOf<NcclUniqueId>()),
            Is.EqualTo((96, 48, 128)));
        Assert.That(Offset<LtHeuristicResult>(nameof(LtHeuristicResult.Algorithm)), Is.Zero);
        Assert.That(Offset<LtHeuristicResult>(nameof(LtHeuristicResult.WorkspaceBytes)), Is.EqualTo(64));
        Assert.That(Offset<LtHeuristicResult>(nameof(LtHeuristicResult.State)), Is.EqualTo(72));
        Assert.That(Offset<LtHeuristicResult>(nameof(LtHeuristicResult.Waves)), Is.EqualTo(76));
        Assert.That(Offset<CuDnnPerformance>(nameof(CuDnnPerformance.Status)), Is.EqualTo(4));
        Assert.That(Offset<CuDnnPerformance>(nameof(CuDnnPerformance.Time)), Is.EqualTo(8));
        Assert.That(Offset<CuDnnPerformance>(nameof(CuDnnPerformance.WorkspaceBytes)), Is.EqualTo(16));
        Assert.That(Offset<CuDnnPerformance>(nameof(CuDnnPerformance.Determinism)), Is.EqualTo(24));
        Assert.That(Offset<CuDnnPerformance>(nameof(CuDnnPerformance.Math)), Is.EqualTo(28));
    }

    static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);

    static IEnumerable<TestCaseData> Enums()
    {
        yield return Of<DeviceAttribute>("SharedBytesPerBlock 8 Multiprocessors 16 MemoryClockKilohertz 36 MemoryBusBits 37 "
            + "L2CacheBytes 38 ThreadsPerMultiprocessor 39 "
            + "ComputeCapabilityMajor 75 ComputeCapabilityMinor 76 CooperativeLaunch 95 SharedBytesPerBlockOptIn 97");
        yield return Of<FunctionAttribute>("MaxThreadsPerBlock 0 SharedBytes 1 MaxDynamicSharedBytes 8");
        yield return Of<JitOption>("ErrorLogBuffer 5 ErrorLogBufferBytes 6");
        yield return Of<StreamFlags>("NonBlocking 1");
        yield return Of<EventFlags>("None 0 DisableTiming 2");
        yield return Of<HostAllocFlags>("Portable 1");
        yield return Of<CaptureMode>("Relaxed 2");
        yield return Of<CuBlasOperation>("None 0 Transpose 1");
        yield return Of<CuBlasMath>("Default 0 Pedantic 2 Tf32 3 DisallowReducedPrecisionReduction 16");
        yield return Of<CudaDataType>("F32 0 BF16 14");
        yield return Of<CuBlasCompute>("F32 68 F32Pedantic 69 F32FastTf32 77");
        yield return Of<LtMatmulAttribute>("TransposeA 3 TransposeB 4 Epilogue 7 BiasPointer 8 BiasType 26");
        yield return Of<LtEpilogue>("Bias 4");
        yield return Of<LtReduction>("InComputeType 2");
        yield return Of<LtPreferenceAttribute>(
            "MaxWorkspaceBytes 1 ReductionSchemes 3 AlignmentOfA 5 AlignmentOfB 6 AlignmentOfC 7 AlignmentOfD 8");
        yield return Of<CuDnnType>("Float 0 Int32 4 BFloat16 9 Int64 10");
        yield return Of<CuDnnFormat>("Nchw 0 Nhwc 1");
        yield return Of<CuDnnConvolutionMode>("Convolution 0 CrossCorrelation 1");
        yield return Of<CuDnnMath>("Default 0 TensorOp 1 TensorOpAllowConversion 2 Fma 3");
        yield return Of<CuDnnDeterminism>("NonDeterministic 0 Deterministic 1");
        yield return Of<CuDnnDescriptor>(
            "Pointwise 0 Convolution 1 Engine 2 EngineConfig 3 EngineHeuristic 4 ExecutionPlan 5 ConvolutionForward 10 "
            + "ConvolutionBackwardFilter 11 ConvolutionBackwardData 12 PointwiseOperation 13 OperationGraph 15 "
            + "VariantPack 16 Tensor 17");
        yield return Of<CuDnnAttributeType>("Handle 0 DataType 1 Boolean 2 Int64 3 Float 4 Double 5 VoidPointer 6 "
            + "ConvolutionMode 7 HeuristicMode 8 NanPropagation 10 NumericalNote 11 "
            + "PointwiseMode 14 Descriptor 15 BehaviorNote 19 Int32 23");
        yield return Of<CuDnnAttribute>("PointwiseMode 0 PointwiseMathPrecision 1 PointwiseNanPropagation 2 "
            + "PointwiseReluLowerClip 3 PointwiseReluUpperClip 4 ConvolutionComputeType 100 "
            + "ConvolutionMode 101 ConvolutionDilations 102 ConvolutionStrides 103 ConvolutionPostPaddings 104 "
            + "ConvolutionPrePaddings 105 ConvolutionSpatialDimensions 106 HeuristicMode 200 HeuristicGraph 201 "
            + "HeuristicResults 202 EngineConfigEngine 300 PlanHandle 400 PlanEngineConfig 401 PlanWorkspaceBytes 402 "
            + "ForwardAlpha 700 ForwardBeta 701 ForwardConvolution 702 ForwardW 703 ForwardX 704 ForwardY 705 "
            + "BackwardDataAlpha 706 BackwardDataBeta 707 BackwardDataConvolution 708 BackwardDataW 709 BackwardDataDx 710 "
            + "BackwardDataDy 711 BackwardFilterAlpha 712 BackwardFilterBeta 713 BackwardFilterConvolution 714 "
            + "BackwardFilterDw 715 BackwardFilterX 716 BackwardFilterDy 717 PointwiseDescriptor 750 PointwiseX 751 "
            + "PointwiseB 752 PointwiseY 753 GraphHandle 800 GraphOperations 801 TensorAlignment 900 TensorType 901 "
            + "TensorDimensions 902 TensorStrides 903 TensorId 906 TensorIsVirtual 907 TensorIsByValue 908 PackIds 1000 "
            + "PackPointers 1001 PackWorkspace 1003 EngineIndex 1301 EngineNumericalNotes 1303 EngineBehaviorNotes 1305");
        yield return Of<CuDnnPointwise>("Add 0 Mul 1 ReluForward 100");
        yield return Of<CuDnnNan>("Propagate 1");
        yield return Of<CuDnnHeuristic>("Instant 0 B 1 Fallback 2 A 3");
        yield return Of<CuDnnNumericalNote>("TensorCore 0 DownConvertInputs 1 ReducedPrecisionReduction 2 Fft 3 "
            + "NonDeterministic 4 Winograd 5 Winograd4x4 6 Winograd6x6 7 Winograd13x13 8");
        yield return Of<CuDnnBehaviorNote>("RuntimeCompilation 0");
        yield return Of<NcclType>("UInt8 1 Int32 2 Float32 7 BFloat16 9");
        yield return Of<NcclReduction>("Sum 0 Max 2 Min 3 Average 4");

        static TestCaseData Of<T>(string expected) where T : struct, Enum =>
            new TestCaseData(string.Join(' ', Enum.GetValues<T>().Select(static v => $"{v} {v:D}")), expected)
                .SetArgDisplayNames(typeof(T).Name);
    }

    [TestCaseSource(nameof(Enums))]
    public void Enums_have_the_headers_numbers(string actual, string expected) => Assert.That(actual, Is.EqualTo(expected));

    [Test]
    public void Statuses_have_the_headers_numbers()
    {
        Assert.That((DriverStatus.Success, DriverStatus.OutOfMemory, DriverStatus.NotReady, DriverStatus.CaptureInvalidated),
            Is.EqualTo((0, 2, 600, 901)));
        Assert.That((CuBlasApi.Success, CuBlasApi.AllocationFailed, CuBlasApi.AlgorithmDefault), Is.EqualTo((0, 3, -1)));
        Assert.That((CuDnnApi.Success, CuDnnApi.DeviceAllocationFailed, NcclApi.Success), Is.EqualTo((0, 4004, 0)));
        int[] fatal = [700, 702, 709, 710, 714, 715, 716, 717, 718, 719], harmless = [0, 1, 2, 600, 701, 720, 800, 900];
        Assert.That(fatal, Has.All.Matches<int>(DriverStatus.IsFatal));
        Assert.That(harmless, Has.None.Matches<int>(DriverStatus.IsFatal));
    }
}
