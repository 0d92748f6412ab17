using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>A convolution by cuDNN's older, plain interface: its descriptors, and the algorithm that was chosen for it.</summary>
sealed unsafe class PlainConvPlan : ConvPlan
{
    readonly CuDnnApi _api;
    readonly nint _x, _w, _y, _convolution;

    /// <summary>Describes a convolution and chooses the algorithm.</summary>
    public PlainConvPlan(CuDnnApi api, nint handle, in ConvProblem problem)
    {
        _api = api;
        Problem = problem;
        try
        {
            _x = Images(problem.X);
            _y = Images(problem.Y);
            nint w, convolution;
            api.Check(api.CreateFilterDescriptor(&w));
            _w = w;
            var type = Type;
            api.Check(api.SetFilter4dDescriptor(w, type, CuDnnFormat.Nhwc, problem.W[0], problem.W[3],
                problem.W[1], problem.W[2]));
            api.Check(api.CreateConvolutionDescriptor(&convolution));
            _convolution = convolution;
            var spec = problem.Spec;
            api.Check(api.SetConvolution2dDescriptor(convolution, spec.Top, spec.Left, spec.StrideH, spec.StrideW,
                spec.DilationH, spec.DilationW, CuDnnConvolutionMode.CrossCorrelation, CuDnnType.Float));
            api.Check(api.SetConvolutionGroupCount(convolution, spec.Groups));
            Choose(handle);
        }
        catch
        {
            Free();
            throw;
        }
    }

    public ConvProblem Problem { get; }

    // Not a text with the shapes in it: that would be made anew at every call.
    string Call => Problem.Op switch
    {
        ConvOp.Forward => "ConvolutionForward(",
        ConvOp.BackwardData => "ConvolutionBackwardData(",
        _ => "ConvolutionBackwardFilter(",
    };

    /// <summary>Whether cuDNN has an algorithm that repeats its results bit for bit.</summary>
    public bool Supported { get; private set; }

    public int Algorithm { get; private set; }

    CuDnnType Type => Problem.Type == DType.BF16 ? CuDnnType.BFloat16 : CuDnnType.Float;

    public override void Run(nint handle, in ConvOperands operands, nint workspace)
    {
        float one = 1, zero = 0;
        nint c = _convolution, x = operands.X, w = operands.W, y = operands.Y;
        _api.Check(Problem.Op switch
        {
            ConvOp.Forward =>
                _api.ConvolutionForward(handle, &one, _x, x, _w, w, c, Algorithm, workspace, WorkspaceBytes, &zero, _y, y),
            ConvOp.BackwardData =>
                _api.ConvolutionBackwardData(handle, &one, _w, w, _y, y, c, Algorithm, workspace, WorkspaceBytes, &zero, _x, x),
            _ => _api.ConvolutionBackwardFilter(handle, &one, _x, x, _y, y, c, Algorithm, workspace,
                WorkspaceBytes, &zero, _w, w),
        }, Call);
    }

    public override void Free()
    {
        if (_x != 0) _api.Check(_api.DestroyTensorDescriptor(_x));
        if (_y != 0) _api.Check(_api.DestroyTensorDescriptor(_y));
        if (_w != 0) _api.Check(_api.DestroyFilterDescriptor(_w));
        if (_convolution != 0) _api.Check(_api.DestroyConvolutionDescriptor(_convolution));
    }

    nint Images(Shape s)
    {
        nint descriptor;
        _api.Check(_api.CreateTensorDescriptor(&descriptor));
        int n = s[0], h = s[1], w = s[2], c = s[3];
        _api.Check(_api.SetTensor4dDescriptorEx(descriptor, Type, n, c, h, w, h * w * c, 1, w * c, c));
        return descriptor;
    }

    /// <summary>
    /// Takes the fastest algorithm, by cuDNN's own estimate, that repeats bit for bit, keeps the precision and
    /// fits the workspace.
    /// </summary>
    void Choose(nint handle)
    {
        const int Most = 8;
        // FMA keeps F32 from becoming TF32, which Default allows.
        bool exact = Problem.Type == DType.F32 && !Problem.Tf32;
        _api.Check(_api.SetConvolutionMathType(_convolution, exact ? CuDnnMath.Fma : CuDnnMath.TensorOp));
        var found = stackalloc CuDnnPerformance[Most];
        int count;
        int status = Problem.Op switch
        {
            ConvOp.Forward => _api.GetConvolutionForwardAlgorithm(handle, _x, _w, _convolution, _y, Most, &count, found),
            ConvOp.BackwardData =>
                _api.GetConvolutionBackwardDataAlgorithm(handle, _w, _y, _convolution, _x, Most, &count, found),
            _ => _api.GetConvolutionBackwardFilterAlgorithm(handle, _x, _y, _convolution, _w, Most, &count, found),
        };
        if (CuDnnApi.IsUnsupported(status)) return;
        _api.Check(status, $"GetConvolution{Problem.Op}Algorithm(");
        for (int i = 0; i < count; i++)
        {
            ref var candidate = ref found[i];
            bool repeats = candidate.Status == CuDnnApi.Success && candidate.Determinism == CuDnnDeterminism.Deterministic;
            if (!repeats || Transforms(candidate.Algorithm)) continue;
            if (!exact) _api.Check(_api.SetConvolutionMathType(_convolution, candidate.Math));
            nuint bytes;
            status = Problem.Op switch
            {
                ConvOp.Forward =>
                    _api.GetConvolutionForwardWorkspaceSize(handle, _x, _w, _convolution, _y, candidate.Algorithm, &bytes),
                ConvOp.BackwardData =>
                    _api.GetConvolutionBackwardDataWorkspaceSize(handle, _w, _y, _convolution, _x, candidate.Algorithm, &bytes),
                _ => _api.GetConvolutionBackwardFilterWorkspaceSize(handle, _x, _y, _convolution, _w,
                    candidate.Algorithm, &bytes),
            };
            if (status != CuDnnApi.Success || bytes > MostWorkspaceBytes) continue;
            (Supported, Algorithm, WorkspaceBytes) = (true, candidate.Algorithm, bytes);
            return;
        }
    }

    /// <summary>Fourier and Winograd transforms round more than a sum does, by factors that grow with the tile.</summary>
    bool Transforms(int algorithm) => Problem.Op switch
    {
        ConvOp.Forward => algorithm is >= 4 and <= 7,
        ConvOp.BackwardData => algorithm is >= 2 and <= 5,
        _ => algorithm is 2 or >= 4 and <= 6,
    };
}
