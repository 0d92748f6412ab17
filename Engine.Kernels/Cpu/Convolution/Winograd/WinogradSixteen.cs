using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// The products of groups of sixteen channels and filters, with 512-bit vectors: one side of them stays in sixteen registers, so
/// that there is a load for each FMA and no more. Each result sums in the order of the depth, as the micro-kernels do.
/// </summary>
static unsafe class WinogradSixteen
{
    const int Side = 16;

    /// <summary>The products of some tiles, which take the place of what they are made of.</summary>
    public static void Multiply(in WinogradPlan plan, int tiles, float* inputs, float* factors)
    {
        for (int part = 0; part < plan.Products; part++)
        {
            float* rows = inputs + part * plan.InputsApart;
            Multiply(rows, tiles, factors + part * plan.FiltersApart, rows);
        }
    }

    /// <summary>
    /// c (count, 16) = rows (count, 16) · factors (16, 16). Rows overlap in time: none waits for the one before. c may be rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Multiply(float* rows, int count, float* factors, float* c)
    {
        Vector512<float> b0 = Vector512.Load(factors), b1 = Vector512.Load(factors + Side),
            b2 = Vector512.Load(factors + 2 * Side), b3 = Vector512.Load(factors + 3 * Side),
            b4 = Vector512.Load(factors + 4 * Side), b5 = Vector512.Load(factors + 5 * Side),
            b6 = Vector512.Load(factors + 6 * Side), b7 = Vector512.Load(factors + 7 * Side),
            b8 = Vector512.Load(factors + 8 * Side), b9 = Vector512.Load(factors + 9 * Side),
            b10 = Vector512.Load(factors + 10 * Side), b11 = Vector512.Load(factors + 11 * Side),
            b12 = Vector512.Load(factors + 12 * Side), b13 = Vector512.Load(factors + 13 * Side),
            b14 = Vector512.Load(factors + 14 * Side), b15 = Vector512.Load(factors + 15 * Side);
        for (float* end = rows + (nint)count * Side; rows != end; rows += Side, c += Side)
        {
            var sum = Vector512.Create(rows[0]) * b0;
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[1]), b1, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[2]), b2, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[3]), b3, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[4]), b4, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[5]), b5, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[6]), b6, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[7]), b7, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[8]), b8, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[9]), b9, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[10]), b10, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[11]), b11, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[12]), b12, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[13]), b13, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[14]), b14, sum);
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(rows[15]), b15, sum);
            sum.Store(c);
        }
    }
}
