namespace Ssgan.Emulator;

delegate int NativeConvolutionAlgorithm(nint handle, nint a, nint b, nint c, nint d, int want, nint got, nint results);

delegate int NativeConvolutionWorkspace(nint handle, nint a, nint b, nint c, nint d, int algorithm, nint bytes);

delegate int NativeConvolution(nint handle, nint alpha, nint aDescriptor, nint a, nint bDescriptor, nint b, nint convolution,
    int algorithm, nint workspace, nint workspaceBytes, nint beta, nint resultDescriptor, nint result);

/// <summary>A direction of a convolution: which algorithms it has, and which of them give the same sum every time.</summary>
/// <param name="Name">As in the functions' names.</param>
/// <param name="Supported">Algorithms, the fastest first.</param>
/// <param name="Count">Algorithms that the real library numbers.</param>
/// <param name="Unordered">Those of documented varying order.</param>
sealed record DnnDirection(string Name, int[] Supported, int Count, int[] Unordered)
{
    public static readonly DnnDirection Forward = new("Forward", [1, 0], 8, []);
    public static readonly DnnDirection BackwardData = new("BackwardData", [1, 0], 6, [0]);
    public static readonly DnnDirection BackwardFilter = new("BackwardFilter", [1, 0, 3], 7, [0, 3]);
}

/// <summary>Convolutions: algorithm choice, workspaces and the three directions, in stream order.</summary>
sealed unsafe class EmulatedDnnConvolutions(EmulatedDnn dnn)
{
    // Algorithms without a promised order take turns between two orders, so that code which relies on one is caught.
    int _turn;

    public void Export(ExportTable table)
    {
        Export(table, DnnDirection.Forward, (x, w, conv, y) => dnn.Problem(x, w, conv, y));
        Export(table, DnnDirection.BackwardData, (w, dy, conv, dx) => dnn.Problem(dx, w, conv, dy));
        Export(table, DnnDirection.BackwardFilter, (x, dy, conv, dw) => dnn.Problem(x, dw, conv, dy));
    }

    void Export(ExportTable table, DnnDirection direction, Func<nint, nint, nint, nint, DnnProblem> problem)
    {
        string algorithm = $"cudnnGetConvolution{direction.Name}Algorithm_v7",
            size = $"cudnnGetConvolution{direction.Name}WorkspaceSize",
            run = $"cudnnConvolution{direction.Name}";
        table.Put(algorithm,
            new NativeConvolutionAlgorithm((h, a, b, c, d, want, got, results) => table.Run(algorithm, Check.Context, () =>
        {
            dnn.Handle(h);
            Algorithms(direction, problem(a, b, c, d), want, got, results);
        })));
        table.Put(size, new NativeConvolutionWorkspace((h, a, b, c, d, algo, bytes) => table.Run(size, Check.Context, () =>
        {
            dnn.Handle(h);
            EmulatedDnn.Pointer(bytes, "sizeInBytes");
            *(nint*)bytes = (nint)Workspace(direction, problem(a, b, c, d), algo);
        })));
        table.Put(run, new NativeConvolution(
            (h, alpha, aDescriptor, a, bDescriptor, b, conv, algo, workspace, bytes, beta, cDescriptor, c) =>
            table.Run(run, Check.Context, () => Convolve(direction, dnn.Handle(h),
                problem(aDescriptor, bDescriptor, conv, cDescriptor), algo, workspace, bytes, alpha, a, b, beta, c))));
    }

    static void Algorithms(DnnDirection direction, DnnProblem problem, int want, nint got, nint results)
    {
        EmulatedDnn.Pointer(got, "returnedAlgoCount");
        EmulatedDnn.Pointer(results, "perfResults");
        if (want < 1) throw EmulatedDnn.Bad($"requestedAlgoCount is {want}");
        int[] all = [.. direction.Supported, .. Enumerable.Range(0, direction.Count).Except(direction.Supported)];
        int count = Math.Min(want, all.Length);
        for (int i = 0; i < count; i++)
        {
            byte* perf = (byte*)results + 48 * i;
            new Span<byte>(perf, 48).Clear();
            bool supported = direction.Supported.Contains(all[i]);
            *(int*)perf = all[i];
            *(int*)(perf + 4) = supported ? 0 : EmulatedDnn.NotSupported;
            *(float*)(perf + 8) = supported ? i + 1 : -1;
            *(nint*)(perf + 16) = supported ? (nint)Workspace(direction, problem, all[i]) : 0;
            *(int*)(perf + 24) = direction.Unordered.Contains(all[i]) ? 0 : 1;
            *(int*)(perf + 28) = problem.Tf32 || problem.X.Type == Engine.Kernels.DType.BF16
                ? DnnConvolution.MathTensorOp
                : DnnConvolution.MathDefault;
        }
        *(int*)got = count;
    }

    /// <summary>Algorithm 1 wants the gathered operands of an image, the others nothing.</summary>
    static long Workspace(DnnDirection direction, DnnProblem problem, int algorithm)
    {
        if (algorithm < 0 || algorithm >= direction.Count)
            throw EmulatedDnn.Bad($"{direction.Name} has no algorithm {algorithm}");
        if (!direction.Supported.Contains(algorithm))
            throw EmulatedDnn.Unsupported($"{direction.Name} algorithm {algorithm} is not supported for this convolution");
        return algorithm == 1 ? 4L * problem.W.C * problem.W.H * problem.W.W * problem.Y.H * problem.Y.W : 0;
    }

    void Convolve(DnnDirection direction, DnnHandle handle, DnnProblem problem, int algorithm, nint workspace, nint bytes,
        nint alpha, nint a, nint b, nint beta, nint result)
    {
        float scale = *(float*)EmulatedDnn.Pointer(alpha, "alpha"), keep = *(float*)EmulatedDnn.Pointer(beta, "beta");
        EmulatedDnn.Pointer(a, "the first operand");
        EmulatedDnn.Pointer(b, "the second operand");
        EmulatedDnn.Pointer(result, "the result");
        long needed = Workspace(direction, problem, algorithm);
        if (bytes < needed)
            throw new LibraryFailure(EmulatedDnn.SizeInsufficient,
                $"{direction.Name} algorithm {algorithm} needs {needed} bytes of workspace, has {bytes}");
        if (needed > 0) EmulatedDnn.Pointer(workspace, "workSpace");
        var memory = dnn.Cuda.Memory;
        bool unordered = direction.Unordered.Contains(algorithm);
        EmulatedCuda.Submit(dnn.Cuda.Stream(handle.Stream), new StreamWork($"cuDNN convolution {direction.Name}", () =>
        {
            // What a real algorithm leaves there is no number anyone may use.
            if (needed > 0) memory.Fill((ulong)workspace, [0xFF], needed);
            Compute(direction, problem, memory, (ulong)a, (ulong)b, unordered && (_turn++ & 1) == 1)
                .Blend(memory, (ulong)result, scale, keep);
        }));
    }

    static DnnArray Compute(DnnDirection direction, DnnProblem p, DeviceMemory memory, ulong a, ulong b, bool reverse)
    {
        DnnArray Read(ulong address, DnnShape shape) => DnnArray.Read(memory, address, shape, p.Tf32);
        if (direction == DnnDirection.Forward) return DnnLoops.Forward(p, Read(a, p.X), Read(b, p.W));
        return direction == DnnDirection.BackwardData
            ? DnnLoops.BackwardData(p, Read(a, p.W), Read(b, p.Y), reverse)
            : DnnLoops.BackwardFilter(p, Read(a, p.X), Read(b, p.Y), reverse);
    }
}
