using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

delegate int NativeSgemm(nint h, int ta, int tb, int m, int n, int k, nint alpha, nint a, int lda, nint b, int ldb,
    nint beta, nint c, int ldc);

delegate int NativeSgemmBatched(nint h, int ta, int tb, int m, int n, int k, nint alpha, nint a, int lda, long strideA, nint b,
    int ldb, long strideB, nint beta, nint c, int ldc, long strideC, int batch);

delegate int NativeGemmEx(nint h, int ta, int tb, int m, int n, int k, nint alpha, nint a, int typeA, int lda, nint b, int typeB,
    int ldb, nint beta, nint c, int typeC, int ldc, int compute, int algo);

delegate int NativeGemmBatchedEx(nint h, int ta, int tb, int m, int n, int k, nint alpha, nint a, int typeA, int lda,
    long strideA, nint b, int typeB, int ldb, long strideB, nint beta, nint c, int typeC, int ldc, long strideC,
    int batch, int compute, int algo);

/// <summary>The four entry points of matrix products; all become a <see cref="GemmCall"/>.</summary>
sealed class EmulatedBlasProducts(EmulatedBlas blas)
{
    const int F32 = 0, BF16 = 14;

    public void Export(ExportTable table)
    {
        table.Put("cublasSgemm_v2", new NativeSgemm((h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) =>
            Submit(table, "cublasSgemm_v2", h, alpha, beta, () => new(Op(ta), Op(tb), m, n, k,
                new(a, DType.F32, lda, 0), new(b, DType.F32, ldb, 0), new(c, DType.F32, ldc, 0), 1, GemmCall.ComputeF32))));
        table.Put("cublasSgemmStridedBatched",
            new NativeSgemmBatched((h, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, batch) =>
                Submit(table, "cublasSgemmStridedBatched", h, alpha, beta, () => new(Op(ta), Op(tb), m, n, k,
                    new(a, DType.F32, lda, sa), new(b, DType.F32, ldb, sb), new(c, DType.F32, ldc, sc),
                    batch, GemmCall.ComputeF32))));
        table.Put("cublasGemmEx",
            new NativeGemmEx((h, ta, tb, m, n, k, alpha, a, at, lda, b, bt, ldb, beta, c, ct, ldc, compute, algo) =>
                Submit(table, "cublasGemmEx", h, alpha, beta, () => new(Op(ta), Op(tb), m, n, k,
                    new(a, Type(at), lda, 0), new(b, Type(bt), ldb, 0), new(c, Type(ct), ldc, 0), 1, Algorithm(compute, algo)))));
        table.Put("cublasGemmStridedBatchedEx",
            new NativeGemmBatchedEx(
                (h, ta, tb, m, n, k, alpha, a, at, lda, sa, b, bt, ldb, sb, beta, c, ct, ldc, sc, batch, compute, algo) =>
                Submit(table, "cublasGemmStridedBatchedEx", h, alpha, beta, () => new(Op(ta), Op(tb), m, n, k,
                    new(a, Type(at), lda, sa), new(b, Type(bt), ldb, sb), new(c, Type(ct), ldc, sc), batch,
                    Algorithm(compute, algo)))));
    }

    int Submit(ExportTable table, string name, nint handle, nint alpha, nint beta, Func<GemmCall> call) =>
        table.Run(name, Check.Context, () => blas.Submit(handle, call(), alpha, beta));

    public static bool Op(int op) => op is >= 0 and <= 2 ? op != 0 : throw EmulatedBlas.Invalid($"{op} is no operation");

    public static DType Type(int type) => type switch
    {
        F32 => DType.F32,
        BF16 => DType.BF16,
        _ => throw EmulatedBlas.Unsupported($"data type {type} is not emulated"),
    };

    // Algorithms are hints since the tensor cores of Ampere.
    static int Algorithm(int compute, int algo) => algo is >= -1 and <= 23 or >= 99 and <= 115
        ? compute
        : throw EmulatedBlas.Invalid($"{algo} is no algorithm");
}

/// <summary>A column-major matrix, or a batch of them.</summary>
/// <param name="Pointer">Its first element.</param>
/// <param name="Type">F32 or BF16.</param>
/// <param name="Leading">Elements from one column to the next.</param>
/// <param name="Stride">Elements from one matrix of a batch to the next.</param>
readonly record struct GemmMatrix(nint Pointer, DType Type, int Leading, long Stride)
{
    public ulong Address => (ulong)Pointer;

    public ulong Column(int batch, int column) => Address + (ulong)((batch * Stride + (long)column * Leading) * Type.Size());
}

/// <summary>What happens to a product before it is written: an addend a row of C, and ReLU.</summary>
/// <param name="Bias">Address of m values, or 0.</param>
/// <param name="Type">Their type.</param>
/// <param name="Relu">Whether what is negative becomes 0.</param>
/// <param name="Coarse">Whether the product was rounded to C's type before, as where parts of its sums are kept in
/// that type.</param>
readonly record struct GemmEpilogue(ulong Bias, DType Type, bool Relu, bool Coarse);

/// <summary>C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C for each of a batch.</summary>
sealed record GemmCall(bool TransposeA, bool TransposeB, int M, int N, int K, GemmMatrix A, GemmMatrix B,
    GemmMatrix C, int Batch, int Compute)
{
    public const int ComputeF32 = 68, ComputeF32Pedantic = 69, ComputeTf32 = 77;

    public GemmEpilogue Epilogue { get; init; }

    public void Validate()
    {
        if (M < 0 || N < 0 || K < 0 || Batch < 0) throw EmulatedBlas.Invalid($"sizes ({M}, {N}, {K}) x {Batch} are impossible");
        Leading(A, TransposeA ? K : M, "lda");
        Leading(B, TransposeB ? N : K, "ldb");
        Leading(C, M, "ldc");
        if (Compute is not (ComputeF32 or ComputeF32Pedantic or ComputeTf32))
            throw EmulatedBlas.Unsupported($"compute type {Compute} is not emulated");
        if (A.Type != B.Type || (C.Type == DType.BF16 && A.Type == DType.F32))
            throw EmulatedBlas.Unsupported($"{A.Type} times {B.Type} to {C.Type} is not supported");
        if (Compute == ComputeTf32 && A.Type != DType.F32)
            throw EmulatedBlas.Unsupported($"TF32 is for F32 matrices, not {A.Type}");
        if (Batch > 1 && C.Stride < (long)C.Leading * (N - 1) + M && M > 0 && N > 0)
            throw EmulatedBlas.Invalid($"a stride of {C.Stride} makes the results overlap");
    }

    static void Leading(GemmMatrix matrix, int rows, string name)
    {
        if (matrix.Leading < Math.Max(1, rows))
            throw EmulatedBlas.Invalid($"{name} is {matrix.Leading}, the matrix has {rows} rows");
    }

    public void Execute(DeviceMemory memory, bool tf32, float alpha, float beta)
    {
        float[] bias = new float[Epilogue.Bias == 0 ? 0 : M];
        DeviceArrays.Read(memory, Epilogue.Bias, Epilogue.Type, bias);
        for (int i = 0; i < Batch; i++)
        {
            // Columns of C are rows here, so that they can be written in one piece. Alpha 0 does not read A and B, as
            // the real library.
            bool multiply = alpha != 0 && K > 0;
            float[] product = multiply
                ? HostGemm.Multiply(Pack(memory, B, i, N, !TransposeB, tf32), Pack(memory, A, i, M, TransposeA, tf32))
                : new float[(long)M * N];
            if (Epilogue.Coarse && C.Type == DType.BF16) foreach (ref float p in product.AsSpan()) p = BFloat16.Round(p);
            for (int j = 0; j < N; j++)
                DeviceArrays.Blend(memory, C.Column(i, j), C.Type, product.AsSpan(j * M, M), multiply ? alpha : 1,
                    beta, bias, Epilogue.Relu);
        }
    }

    /// <summary>An operand with K innermost: its columns as they are where K runs down a column, transposed else.</summary>
    PackedRows Pack(DeviceMemory memory, GemmMatrix matrix, int batch, int rows, bool columnsHaveK, bool tf32)
    {
        var packed = new PackedRows(rows, K);
        if (columnsHaveK)
        {
            for (int row = 0; row < rows; row++)
                DeviceArrays.Read(memory, matrix.Column(batch, row), matrix.Type, packed.Row(row)[..K], tf32);
            return packed;
        }
        float[] column = new float[rows];
        for (int p = 0; p < K; p++)
        {
            DeviceArrays.Read(memory, matrix.Column(batch, p), matrix.Type, column, tf32);
            for (int row = 0; row < rows; row++) packed.Data[row * packed.Stride + p] = column[row];
        }
        return packed;
    }
}
