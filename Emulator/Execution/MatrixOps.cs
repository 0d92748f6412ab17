using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

enum MatrixType
{
    BF16,
    F16,
    TF32,
}

/// <summary>The registers of an mma or ldmatrix.</summary>
sealed record MatrixOp(MatrixType Type, int K, int[] D, int[] A, int[] B, int[] C);

/// <summary>
/// mma.sync of 16 x K by K x 8, in single precision, and ldmatrix. With g = lane / 4 and t = lane % 4 a lane holds rows g and g +
/// 8 of A, column g of B, and columns 2t and 2t + 1 of rows g and g + 8 of the sum. 16-bit operands come in pairs of neighbouring
/// k, the lower in the low half. A tensor core does not round as an FMA unit does: products are exact, but all addends are cut
/// off below one bit under the last place of the largest, and the sum is cut off to a single (Fasi et al. 2021, "Numerical
/// behavior of NVIDIA tensor cores"; later ones keep more bits, never fewer).
/// </summary>
static unsafe class MatrixOps
{
    const int M = 16, N = 8, MaxK = 16;

    [SkipLocalsInit]
    public static void Multiply(Warp w, Instruction* i)
    {
        var op = w.Block.Code.Matrices[i->Extra];
        double* a = stackalloc double[M * MaxK], b = stackalloc double[MaxK * N];
        float* d = stackalloc float[M * N];
        if (op.Type == MatrixType.TF32) GatherWords(w, op, a, b);
        else GatherHalves(w, op, a, b);
        for (int lane = 0; lane < Lanes.Count; lane++)
            for (int e = 0; e < 4; e++) d[Cell(lane, e)] = ((float*)(w.R + op.C[e]))[lane];
        for (int row = 0; row < M; row++)
            for (int column = 0; column < N; column += 4) Add(a + row * MaxK, b + column, op.K, d + row * N + column);
        for (int lane = 0; lane < Lanes.Count; lane++)
            for (int e = 0; e < 4; e++) ((float*)(w.R + op.D[e]))[lane] = d[Cell(lane, e)];
    }

    /// <summary>Adds the products of a row of A with four columns of B to four sums.</summary>
    static void Add(double* a, double* b, int count, float* d)
    {
        var start = Vector256.Create((double)d[0], d[1], d[2], d[3]);
        var (largest, plain) = (Vector256.Abs(start), start);
        for (int k = 0; k < count; k++)
        {
            var product = Vector256.Create(a[k]) * Vector256.Load(b + k * N);
            largest = Vector256.Max(largest, Vector256.Abs(product));
            plain += product;
        }
        // The power of two below the largest, and the number of least bits in it.
        var power = (largest.AsUInt64() & Vector256.Create(0x7FF0_0000_0000_0000UL)).AsDouble();
        power = Vector256.ConditionalSelect(Vector256.Equals(power, Vector256<double>.Zero), Vector256<double>.One, power);
        var scale = Vector256.Create((double)(1 << 24)) / power;
        var sum = Vector256.Truncate(start * scale);
        for (int k = 0; k < count; k++) sum += Vector256.Truncate(Vector256.Create(a[k]) * Vector256.Load(b + k * N) * scale);
        sum /= scale;
        for (int i = 0; i < 4; i++) d[i] = Floats.OneNaN(double.IsFinite(plain[i]) ? Cut(sum[i]) : (float)plain[i]);
    }

    /// <summary>To a single, towards zero; beyond its range to infinity.</summary>
    static float Cut(double x)
    {
        float rounded = (float)x;
        if (Math.Abs((double)rounded) <= Math.Abs(x) || Math.Abs(x) >= 3.402823669209385e38) return rounded;
        return rounded > 0 ? MathF.BitDecrement(rounded) : MathF.BitIncrement(rounded);
    }

    static int Cell(int lane, int e) => ((lane >> 2) + (e >= 2 ? 8 : 0)) * N + 2 * (lane & 3) + (e & 1);

    /// <summary>
    /// A register r holds rows g + 8 (r odd), k = 4 (r / 2) + t; B register r holds k = 4r + t. The low 13 bits do not count.
    /// </summary>
    static void GatherWords(Warp w, MatrixOp op, double* a, double* b)
    {
        for (int lane = 0; lane < Lanes.Count; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int r = 0; r < op.A.Length; r++)
                a[(g + (r & 1) * 8) * MaxK + 4 * (r >> 1) + t] = Truncate(((uint*)(w.R + op.A[r]))[lane]);
            for (int r = 0; r < op.B.Length; r++) b[(4 * r + t) * N + g] = Truncate(((uint*)(w.R + op.B[r]))[lane]);
        }
    }

    static float Truncate(uint bits) => BitConverter.UInt32BitsToSingle(bits & ~0x1FFFu);

    /// <summary>
    /// A register r holds rows g + 8 (r odd), k = 8 (r / 2) + 2t and the next; B register r holds k = 8r + 2t and the next.
    /// </summary>
    static void GatherHalves(Warp w, MatrixOp op, double* a, double* b)
    {
        bool brain = op.Type == MatrixType.BF16;
        for (int lane = 0; lane < Lanes.Count; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int r = 0; r < op.A.Length; r++)
            {
                uint pair = ((uint*)(w.R + op.A[r]))[lane];
                double* to = a + (g + (r & 1) * 8) * MaxK + 8 * (r >> 1) + 2 * t;
                to[0] = ToSingle((ushort)pair, brain);
                to[1] = ToSingle((ushort)(pair >> 16), brain);
            }
            for (int r = 0; r < op.B.Length; r++)
            {
                uint pair = ((uint*)(w.R + op.B[r]))[lane];
                double* to = b + (8 * r + 2 * t) * N + g;
                to[0] = ToSingle((ushort)pair, brain);
                to[N] = ToSingle((ushort)(pair >> 16), brain);
            }
        }
    }

    static float ToSingle(ushort bits, bool brain) =>
        brain ? BitConverter.UInt32BitsToSingle((uint)bits << 16) : (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>
    /// ldmatrix: lanes 8m to 8m + 7 give the addresses of the rows of matrix m; lane 4r + c gets elements 2c and 2c + 1 of row r,
    /// or of column r where Immediate says transposed.
    /// </summary>
    public static void Load(Warp w, Instruction* i)
    {
        var m = w.Block.Code.Memory[i->Extra];
        ulong* at = LoadStore.Addresses(w, m);
        ushort* rows = stackalloc ushort[8 * 8];
        for (int matrix = 0; matrix < m.Registers.Length; matrix++)
        {
            for (int row = 0; row < 8; row++)
            {
                int lane = matrix * 8 + row;
                var p = (ushort*)SharedSpace.At(w, i, m, lane, at[lane], Access.Read);
                new Span<ushort>(p, 8).CopyTo(new Span<ushort>(rows + row * 8, 8));
            }
            uint* d = (uint*)(w.R + m.Registers[matrix]);
            for (int lane = 0; lane < Lanes.Count; lane++)
            {
                int row = lane >> 2, column = 2 * (lane & 3);
                d[lane] = i->Immediate == 0
                    ? rows[row * 8 + column] | (uint)rows[row * 8 + column + 1] << 16
                    : rows[column * 8 + row] | (uint)rows[(column + 1) * 8 + row] << 16;
            }
        }
    }
}
