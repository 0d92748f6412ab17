using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

delegate int NativeLtHeuristic(
    nint lt, nint operation, nint a, nint b, nint c, nint d, nint preference, int wanted, nint results, nint count);

delegate int NativeLtMatmul(nint lt, nint operation, nint alpha, nint a, nint layoutA, nint b, nint layoutB, nint beta, nint c,
    nint layoutC, nint d, nint layoutD, nint algorithm, nint workspace, nint bytes, nint stream);

/// <summary>
/// cuBLASLt: products described by objects, with a bias and ReLU at their end. An algorithm is good for the problem, the
/// alignments and the workspace that it was chosen for, and its workspace is overwritten.
/// </summary>
sealed unsafe class EmulatedBlasLt(EmulatedCuda cuda)
{
    const int NotInitialized = 1, ArchMismatch = 8, ExecutionFailed = 13, AlgorithmBytes = 64, ResultBytes = 96;
    const ulong Mark = 0x4C74_416C_676F_0001;
    string _detail = "";

    public void Export(Dictionary<(CudaLibrary, string), Delegate> exports)
    {
        var lt = new ExportTable(exports, CudaLibrary.CuBlasLt, Run);
        lt.P("cublasLtCreate", Check.Context, result => Give(result, new LtHandle { Context = cuda.Current }));
        lt.P("cublasLtDestroy", Check.Context | Check.Release, handle => cuda.Handles.Remove(Handle(handle)));
        // Descriptors are host objects.
        lt.PII("cublasLtMatmulDescCreate", Check.None, (result, compute, scale) =>
        {
            if (compute is not (GemmCall.ComputeF32 or GemmCall.ComputeF32Pedantic or GemmCall.ComputeTf32) || scale != 0)
                throw EmulatedBlas.Unsupported($"compute type {compute} with scale type {scale} is not emulated");
            Give(result, new LtOperation { Compute = compute });
        });
        lt.PIPP("cublasLtMatmulDescSetAttribute", Check.None,
            (handle, name, value, bytes) => Set(Get<LtOperation>(handle), name, value, (int)bytes));
        lt.P("cublasLtMatmulDescDestroy", Check.None, handle => cuda.Handles.Remove(Get<LtOperation>(handle)));
        lt.Put("cublasLtMatrixLayoutCreate", new NativePIPPP((result, type, rows, columns, leading) =>
            lt.Run("cublasLtMatrixLayoutCreate", Check.None, () => Give(result,
                new LtLayout { Type = EmulatedBlasProducts.Type(type), Rows = rows, Columns = columns, Leading = leading }))));
        lt.PIPP("cublasLtMatrixLayoutSetAttribute", Check.None,
            (handle, name, value, bytes) => Set(Get<LtLayout>(handle), name, value, (int)bytes));
        lt.P("cublasLtMatrixLayoutDestroy", Check.None, handle => cuda.Handles.Remove(Get<LtLayout>(handle)));
        lt.P("cublasLtMatmulPreferenceCreate", Check.None, result => Give(result, new LtPreference()));
        lt.PIPP("cublasLtMatmulPreferenceSetAttribute", Check.None,
            (handle, name, value, bytes) => Set(Get<LtPreference>(handle), name, value, (int)bytes));
        lt.P("cublasLtMatmulPreferenceDestroy", Check.None, handle => cuda.Handles.Remove(Get<LtPreference>(handle)));
        lt.Put("cublasLtMatmulAlgoGetHeuristic",
            new NativeLtHeuristic((handle, operation, a, b, c, d, preference, wanted, results, count) =>
                lt.Run("cublasLtMatmulAlgoGetHeuristic", Check.Context, () =>
                    Choose(handle, Problem(operation, a, b, c, d), Get<LtPreference>(preference), wanted, results, count))));
        lt.Put("cublasLtMatmul",
            new NativeLtMatmul((handle, op, alpha, a, la, b, lb, beta, c, lc, d, ld, algorithm, workspace, bytes, stream) =>
                lt.Run("cublasLtMatmul", Check.Context, () =>
                {
                    Handle(handle);
                    if (c != d) throw EmulatedBlas.Unsupported("another C than D is not emulated");
                    Multiply(Problem(op, la, lb, lc, ld), alpha, a, b, beta, d, algorithm, new(workspace, bytes), stream);
                })));
        lt.Put("cublasLtGetStatusName",
            new NativeText(status => cuda.Text(status == 0 || _detail.Length == 0 ? EmulatedBlas.Name(status)
                : $"{EmulatedBlas.Name(status)}: {_detail}")));
    }

    readonly record struct Workspace(nint Address, nint Bytes);

    /// <summary>The objects of a product, whose sizes and types fit together.</summary>
    sealed record LtProblem(LtOperation Operation, LtLayout A, LtLayout B, LtLayout D)
    {
        /// <summary>What an algorithm was chosen for.</summary>
        public ulong Signature
        {
            get
            {
                ulong hash = 14695981039346656037;
                foreach (long part in (ReadOnlySpan<long>)
                [
                    Operation.Compute, Operation.Epilogue, Operation.TransposeA ? 1 : 0, Operation.TransposeB ? 1 : 0,
                    (int)A.Type, (int)D.Type, A.Rows, A.Columns, A.Leading, B.Rows, B.Columns, B.Leading, D.Rows, D.Columns,
                    D.Leading,
                    A.IsRowMajor ? 1 : 0, B.IsRowMajor ? 1 : 0,
                ]) hash = (hash ^ (ulong)part) * 1099511628211;
                return hash;
            }
        }

        public GemmCall Call(nint a, nint b, nint d) =>
            new(Operation.TransposeA ^ A.IsRowMajor, Operation.TransposeB ^ B.IsRowMajor, (int)D.Rows, (int)D.Columns,
                (int)(Operation.TransposeA ? A.Rows : A.Columns), Matrix(a, A), Matrix(b, B),
            Matrix(d, D), 1, Operation.Compute);

        static GemmMatrix Matrix(nint address, LtLayout layout) => new(address, layout.Type, (int)layout.Leading, 0);
    }

    int Run(string name, Check check, Action body) =>
        cuda.RunLibrary(name, check, body, detail => _detail = detail, ExecutionFailed);

    void Give(nint result, DriverObject made) => *(nint*)EmulatedBlas.Pointer(result, "the result") = cuda.Handles.Add(made);

    T Get<T>(nint handle) where T : DriverObject =>
        cuda.Handles.Find<T>(handle) ?? throw EmulatedBlas.Invalid($"0x{handle:x} is no live {typeof(T).Name}");

    LtHandle Handle(nint handle)
    {
        var h = cuda.Handles.Find<LtHandle>(handle)
            ?? throw new LibraryFailure(NotInitialized, $"0x{handle:x} is no live cuBLASLt handle");
        return h.Context == cuda.Current ? h : throw EmulatedBlas.Invalid($"{h} belongs to another context than the current one");
    }

    static int Int(nint value, int bytes) =>
        bytes == sizeof(int) ? *(int*)EmulatedBlas.Pointer(value, "the value") : throw Size(bytes, sizeof(int));

    static long Long(nint value, int bytes) =>
        bytes == sizeof(long) ? *(long*)EmulatedBlas.Pointer(value, "the value") : throw Size(bytes, sizeof(long));

    static LibraryFailure Size(int bytes, int right) => EmulatedBlas.Invalid($"the attribute has {right} bytes, not {bytes}");

    static void Set(LtOperation operation, int name, nint value, int bytes)
    {
        switch (name)
        {
            case 2: operation.DeviceScalars = Int(value, bytes) == 1; break;
            case 3: operation.TransposeA = EmulatedBlasProducts.Op(Int(value, bytes)); break;
            case 4: operation.TransposeB = EmulatedBlasProducts.Op(Int(value, bytes)); break;
            case 7:
                int epilogue = Int(value, bytes);
                if (epilogue is not (1 or LtOperation.Relu or LtOperation.Bias or LtOperation.ReluBias))
                    throw EmulatedBlas.Unsupported($"epilogue {epilogue} is not emulated");
                operation.Epilogue = epilogue;
                break;
            case 8: operation.BiasAddress = (nint)Long(value, bytes); break;
            case 26: operation.BiasType = EmulatedBlasProducts.Type(Int(value, bytes)); break;
            default: throw EmulatedBlas.Unsupported($"attribute {name} of a product is not emulated");
        }
    }

    static void Set(LtLayout layout, int name, nint value, int bytes)
    {
        if (name != 1) throw EmulatedBlas.Unsupported($"attribute {name} of a layout is not emulated");
        int order = Int(value, bytes);
        layout.IsRowMajor = order is 0 or 1 ? order == 1 : throw EmulatedBlas.Unsupported($"order {order} is not emulated");
    }

    static void Set(LtPreference preference, int name, nint value, int bytes)
    {
        const int last = LtPreference.AlignmentOfA + LtPreference.Operands - 1;
        if (name == 1) preference.MaxWorkspaceBytes = Long(value, bytes);
        else if (name == 3) preference.ReductionSchemes = Int(value, bytes);
        else if (name is >= LtPreference.AlignmentOfA and <= last)
            preference.Alignments[name - LtPreference.AlignmentOfA] = Int(value, bytes);
        else throw EmulatedBlas.Unsupported($"attribute {name} of a preference is not emulated");
    }

    LtProblem Problem(nint operation, nint a, nint b, nint c, nint d)
    {
        var p = new LtProblem(Get<LtOperation>(operation), Get<LtLayout>(a), Get<LtLayout>(b), Get<LtLayout>(d));
        if (Get<LtLayout>(c) != p.D) throw EmulatedBlas.Unsupported("another layout of C than of D is not emulated");
        var (rowsA, inner) = p.Operation.TransposeA ? (p.A.Columns, p.A.Rows) : (p.A.Rows, p.A.Columns);
        var (innerB, columnsB) = p.Operation.TransposeB ? (p.B.Columns, p.B.Rows) : (p.B.Rows, p.B.Columns);
        if (inner != innerB || rowsA != p.D.Rows || columnsB != p.D.Columns || inner == 0 || rowsA == 0 || columnsB == 0)
            throw EmulatedBlas.Invalid(
                $"({rowsA}, {inner}) times ({innerB}, {columnsB}) to ({p.D.Rows}, {p.D.Columns}) does not fit");
        if (p.D.IsRowMajor) throw EmulatedBlas.Unsupported("a row-major D is not emulated, and the library adds no bias to one");
        if (p.Operation.AddsBias && (p.Operation.BiasType ?? p.D.Type) != p.D.Type)
            throw EmulatedBlas.Unsupported($"a bias in {p.Operation.BiasType} is not added to {p.D.Type}");
        if (p.A.Type == DType.BF16 && cuda.Options.ComputeCapability < 80)
            throw new LibraryFailure(ArchMismatch, "BF16 needs compute capability 8.0");
        p.Call(0, 0, 0).Validate();
        return p;
    }

    void Choose(nint handle, LtProblem p, LtPreference preference, int wanted, nint results, nint count)
    {
        Handle(handle);
        if (wanted < 1) throw EmulatedBlas.Invalid($"{wanted} algorithms are wanted");
        int promised = preference.Alignments.Min(), found = 0;
        if (p.Operation.AddsBias)
        {
            nint bias = EmulatedBlas.Pointer(p.Operation.BiasAddress, "the bias pointer") | 256;
            promised = Math.Min(promised, (int)(bias & -bias));
        }
        foreach (var algorithm in LtAlgorithm.All)
        {
            bool fits = algorithm.WorkspaceBytes <= preference.MaxWorkspaceBytes && algorithm.Alignment <= promised
                && (algorithm.Reduction & ~preference.ReductionSchemes) == 0;
            if (!fits || found == wanted || cuda.Options.MissingAlgorithms.Contains(algorithm.Id)) continue;
            byte* result = (byte*)EmulatedBlas.Pointer(results, "the results") + found++ * ResultBytes;
            new Span<byte>(result, ResultBytes).Clear();
            ulong* opaque = (ulong*)result;
            (opaque[0], opaque[1], opaque[2]) = (Mark, p.Signature, (ulong)algorithm.Id);
            *(long*)(result + AlgorithmBytes) = algorithm.WorkspaceBytes;
        }
        *(int*)EmulatedBlas.Pointer(count, "the count") = found;
        if (found == 0) throw EmulatedBlas.Unsupported("no algorithm fits");
    }

    void Multiply(LtProblem p, nint alpha, nint a, nint b, nint beta, nint d, nint chosen, Workspace workspace, nint stream)
    {
        ulong* opaque = (ulong*)EmulatedBlas.Pointer(chosen, "the algorithm");
        if (opaque[0] != Mark || opaque[1] != p.Signature)
            throw EmulatedBlas.Invalid("the algorithm was chosen for another product");
        var algorithm = LtAlgorithm.All.Single(known => known.Id == (int)opaque[2]);
        var (memory, operation) = (cuda.Memory, p.Operation);
        if (workspace.Bytes < algorithm.WorkspaceBytes)
            throw EmulatedBlas.Invalid($"the workspace has {workspace.Bytes} bytes, {algorithm.WorkspaceBytes} are needed");
        if (workspace.Address % 16 != 0 || (workspace.Bytes > 0
            && memory.Find((ulong)workspace.Address)?.Contains((ulong)workspace.Address, workspace.Bytes) != true))
            throw EmulatedBlas.Invalid(
                $"the workspace of {workspace.Bytes} bytes at 0x{workspace.Address:x} is misaligned or not inside an allocation");
        nint bias = operation.AddsBias ? EmulatedBlas.Pointer(operation.BiasAddress, "the bias pointer") : 0;
        foreach (nint address in (ReadOnlySpan<nint>)[a, b, d, bias])
        {
            if (algorithm.Alignment > 0 && address % algorithm.Alignment != 0)
                throw EmulatedBlas.Invalid(
                    $"algorithm {algorithm.Id} wants addresses that are multiples of {algorithm.Alignment}, not 0x{address:x}");
        }
        if (operation.DeviceScalars) throw EmulatedBlas.Unsupported("scalars in device memory are not emulated");
        float scale = *(float*)EmulatedBlas.Pointer(alpha, "alpha"), keep = *(float*)EmulatedBlas.Pointer(beta, "beta");
        bool tf32 = operation.Compute == GemmCall.ComputeTf32 && cuda.Options.ComputeCapability >= 80;
        var call = p.Call(EmulatedBlas.Pointer(a, "A"), EmulatedBlas.Pointer(b, "B"), EmulatedBlas.Pointer(d, "D")) with
        {
            Epilogue = new((ulong)bias, p.D.Type, operation.HasRelu, algorithm.Reduction == LtAlgorithm.InOutputType),
        };
        EmulatedCuda.Submit(cuda.Stream(stream), new StreamWork("cuBLASLt product", () =>
        {
            if (algorithm.WorkspaceBytes > 0)
                new Span<byte>(memory.Host((ulong)workspace.Address, algorithm.WorkspaceBytes, write: true),
                    algorithm.WorkspaceBytes).Fill(0xCD);
            call.Execute(memory, tf32, scale, keep);
        }));
    }
}
