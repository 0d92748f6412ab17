using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Matrix products: transposes, batches, accumulation, long sums, misaligned matrices, numbers that are none.</summary>
static class MatMulCases
{
    /// <summary>c (M, N) = op(a)·op(b) over K terms, of each batch where there are some (0: rank 2).</summary>
    readonly record struct Product(int M, int N, int K, bool TransposeA = false, bool TransposeB = false, int Batches = 0)
    {
        public int Count => Batches == 0 ? 1 : Batches;
        public Shape A => Stored(TransposeA ? K : M, TransposeA ? M : K);
        public Shape B => Stored(TransposeB ? N : K, TransposeB ? K : N);
        public Shape C => Stored(M, N);

        public override string ToString() => $"{A}{(TransposeA ? "T" : "")} x {B}{(TransposeB ? "T" : "")}";

        Shape Stored(int rows, int columns) => Batches == 0 ? new Shape(rows, columns) : new Shape(Batches, rows, columns);
    }

    /// <summary>
    /// Around the tiles (64 x 64, 128 x 128, 128 x 16 over 16 and 32 terms), with extents that allow 16-byte accesses and not.
    /// </summary>
    static readonly int[][] s_sizes = [[1, 1, 1], [3, 5, 7], [33, 17, 40], [72, 64, 48], [5, 70, 33],
        [130, 136, 39], [140, 12, 72]];

    /// <summary>Around the CPU's tiles (4, 6, 8 rows; 8, 16, 32 columns) and its blocks of 256 terms and of 132 rows.</summary>
    static readonly int[][] s_blocks =
    [
        [1, 5, 3], [4, 8, 7], [6, 16, 8], [7, 17, 9], [8, 32, 16], [13, 33, 31], [5, 1, 130], [64, 1, 128], [1, 40, 70],
        [3, 2, 300], [64, 4, 128], [40, 96, 257], [133, 65, 40], [270, 40, 65], [64, 512, 128], [150, 130, 520],
    ];

    static readonly int[] s_skews = [1, 2, 3];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from s in s_sizes
           from ta in CaseRun.Both
           from tb in CaseRun.Both
           select Row(new Product(s[0], s[1], s[2], ta, tb), type),
        .. from type in CaseRun.Storages
           from ta in CaseRun.Both
           from tb in CaseRun.Both
           from accumulate in CaseRun.Both
           select Row(new Product(11, 19, 23, ta, tb, 3), type, accumulate),
        .. from type in CaseRun.Storages
           from accumulate in CaseRun.Both
           from p in new Product[] { new(4, 4, 1000), new(20, 36, 520, true, false), new(6, 40, 700, false, true) }
           select Row(p, type, accumulate),
        .. from s in s_blocks
           from ta in CaseRun.Both
           from tb in CaseRun.Both
           from accumulate in CaseRun.Both
           select Row(new Product(s[0], s[1], s[2], ta, tb), DType.F32, accumulate) with { IsLarge = true },
        .. from type in CaseRun.Storages
           from skew in s_skews
           select Row(new Product(24, 32, 40, skew == 1, skew == 2), type, skew: skew),
        .. from type in CaseRun.Storages
           from accumulate in CaseRun.Both
           from p in new Product[] { new(3, 5, 0), new(0, 5, 3), new(5, 0, 3), new(4, 5, 6, Batches: 1),
               new(4, 5, 0, Batches: 2) }
           select Row(p, type, accumulate),
        .. from p in new Product[] { new(24, 20, 40), new(40, 8, 64, true, true), new(17, 150, 33, false, true, 2) }
           select new ConformanceCase("MatMul", $"{p} BF16 into F32",
               run => Multiply(run, p, DType.BF16, DType.F32, accumulate: true, skew: 0)),
        .. from ta in CaseRun.Both
           from tb in CaseRun.Both
           from s in s_sizes
           let p = new Product(s[0], s[1], s[2], ta, tb)
           select new ConformanceCase("MatMul", $"{p} TF32", run => MultiplyTf32(run, p)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("MatMul", $"NaN and infinity {type}", run => Special(run, type)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("MatMul", $"overflow {type}", run => Overflow(run, type)),
    ];

    static ConformanceCase Row(Product p, DType type, bool accumulate = false, int skew = 0) =>
        new("MatMul", $"{p} {type}{(accumulate ? " accumulate" : "")}{(skew > 0 ? $" skew {skew}" : "")}",
            run => Multiply(run, p, type, type, accumulate, skew));

    static void Multiply(CaseRun run, Product p, DType type, DType result, bool accumulate, int skew)
    {
        var a = run.Input(p.A, type, skew: skew);
        var b = run.Input(p.B, type, skew: skew);
        var c = accumulate ? run.Input(p.C, result, skew: skew) : run.Output(p.C, result, skew);
        run.Backend.MatMul(a, p.TransposeA, b, p.TransposeB, c, accumulate);
        run.Expect("c", c, Sum(p.K).In(result), () => Naive(p, run[a], run[b], accumulate ? run[c] : new double[p.C.Count]));
    }

    static void MultiplyTf32(CaseRun run, Product p)
    {
        var a = run.Input(p.A);
        var b = run.Input(p.B);
        var c = run.Output(p.C);
        WithTf32(run, () => run.Backend.MatMul(a, p.TransposeA, b, p.TransposeB, c, accumulate: false));
        run.Expect("c", c, Tf32(p.K), () => Naive(p, run[a], run[b], new double[p.C.Count]));
    }

    /// <summary>Sums of terms of up to four in single precision, in any order.</summary>
    public static Tolerance Sum(int terms) => new(2e-5 + 2e-7 * terms, 2e-5);

    /// <summary>
    /// Sums of terms of size one whose factors were rounded to 10 bits of mantissa: the errors add up like a random walk.
    /// </summary>
    public static Tolerance Tf32(int terms) => new(3e-3 * Math.Sqrt(terms), 1e-3);

    /// <summary>Allows TF32 for one call; the CPU has no such choice.</summary>
    public static void WithTf32(CaseRun run, Action call)
    {
        if (run.Backend is not CudaBackend cuda)
        {
            call();
            return;
        }
        bool before = cuda.AllowTf32;
        cuda.AllowTf32 = true;
        call();
        cuda.AllowTf32 = before;
    }

    static void Special(CaseRun run, DType type)
    {
        var p = new Product(9, 21, 5);
        float[] av = run.Numbers(p.A.Count, Draw.Positive), bv = run.Numbers(p.B.Count, Draw.Positive);
        av[7 * p.K + 2] = float.NaN;
        av[4 * p.K + 1] = float.NegativeInfinity;
        bv[3 * p.N + 17] = float.PositiveInfinity;
        TensorView a = run.Input(p.A, av, type), b = run.Input(p.B, bv, type), c = run.Output(p.C, type);
        run.Backend.MatMul(a, false, b, false, c, accumulate: false);
        run.Expect("c", c, Sum(p.K).In(type), () => Naive(p, run[a], run[b], new double[p.C.Count]));
    }

    static void Overflow(CaseRun run, DType type)
    {
        // One term, so that no order of additions decides about the overflow.
        var p = new Product(40, 6, 1);
        TensorView a = run.Input(p.A, type, Draw.Huge), b = run.Input(p.B, [1, 2, 3, 4, 8, 16], type), c = run.Output(p.C, type);
        run.Backend.MatMul(a, false, b, false, c, accumulate: false);
        run.Expect("c", c, Tolerance.Rounding.In(type),
            () => Array.ConvertAll(Naive(p, run[a], run[b], new double[p.C.Count]), static x => (double)(float)x));
    }

    static double[] Naive(Product p, double[] a, double[] b, double[] c)
    {
        var sums = new double[c.Length];
        for (int z = 0; z < p.Count; z++)
        {
            for (int i = 0; i < p.M; i++)
            {
                for (int j = 0; j < p.N; j++)
                {
                    int at = (z * p.M + i) * p.N + j;
                    double sum = c[at];
                    for (int l = 0; l < p.K; l++)
                    {
                        int left = p.TransposeA ? l * p.M + i : i * p.K + l, right = p.TransposeB ? j * p.K + l : l * p.N + j;
                        sum += a[z * p.M * p.K + left] * b[z * p.K * p.N + right];
                    }
                    sums[at] = sum;
                }
            }
        }
        return sums;
    }
}
