using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// The least that a third device has to write: the first half of the page of primitives, as plain loops on one thread. The second
/// half is what the page composes of it.
/// </summary>
sealed unsafe partial class ReferenceBackend : Backend
{
    public override string Name => "reference";

    public override nint Allocate(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), 64);

    public override void Free(nint address, long bytes) => NativeMemory.AlignedFree((void*)address);

    public override void Upload(ReadOnlySpan<byte> source, TensorView destination) => source.CopyTo(Bytes(destination));

    public override void Download(TensorView source, Span<byte> destination) => Bytes(source).CopyTo(destination);

    public override void Synchronize()
    {
    }

    public override void Fill(TensorView y, float value)
    {
        for (long i = 0; i < y.Count; i++) Write(y, i, value);
    }

    public override void Unary<TOp>(TOp op, TensorView x, TensorView y)
    {
        for (long i = 0; i < y.Count; i++) y.F32[i] = op.Invoke(x.F32[i]);
    }

    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y)
    {
        for (long i = 0; i < y.Count; i++)
            y.F32[i] = op.Invoke(a.F32[Broadcast(i, y.Shape, a.Shape)], b.F32[Broadcast(i, y.Shape, b.Shape)]);
    }

    public override void Cast(TensorView x, TensorView y)
    {
        for (long i = 0; i < y.Count; i++) Write(y, i, Read(x, i));
    }

    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order)
    {
        Span<int> at = stackalloc int[Shape.MaxRank];
        for (long i = 0; i < y.Count; i++)
        {
            long rest = i, from = 0;
            for (int axis = y.Shape.Rank - 1; axis >= 0; axis--)
            {
                at[order[axis]] = (int)(rest % y.Shape[axis]);
                rest /= y.Shape[axis];
            }
            for (int axis = 0; axis < x.Shape.Rank; axis++) from = from * x.Shape[axis] + at[axis];
            Copy(x, from, y, i);
        }
    }

    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent)
    {
        long count = 1;
        foreach (int e in extent) count *= e;
        for (long i = 0; i < count; i++)
        {
            long rest = i, from = 0, to = 0, xStep = 1, yStep = 1;
            for (int axis = extent.Length - 1; axis >= 0; axis--)
            {
                long at = rest % extent[axis];
                rest /= extent[axis];
                from += (xStart[axis] + at) * xStep;
                to += (yStart[axis] + at) * yStep;
                xStep *= x.Shape[axis];
                yStep *= y.Shape[axis];
            }
            Copy(x, from, y, to);
        }
    }

    public override void GatherRows(TensorView table, TensorView indices, TensorView y)
    {
        for (long i = 0, width = Width(y); i < y.Count; i++) Copy(table, indices.I32[i / width] * width + i % width, y, i);
    }

    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable)
    {
        for (long i = 0, width = Width(dy); i < dy.Count; i++)
            dtable.F32[indices.I32[i / width] * width + i % width] += dy.F32[i];
    }

    public override void Reduce<TOp>(TensorView x, TensorView y)
    {
        var groups = new List<float>[y.Count];
        for (int i = 0; i < groups.Length; i++) groups[i] = [];
        for (long i = 0; i < x.Count; i++) groups[Broadcast(i, x.Shape, y.Shape)].Add(TOp.Map(x.F32[i]));
        // Sums in double: those of the oracle and these are to err on one side only.
        bool adds = typeof(TOp) == typeof(Sum) || typeof(TOp) == typeof(SumOfSquares);
        for (int i = 0; i < groups.Length; i++)
            y.F32[i] = adds ? (float)groups[i].Sum(static v => (double)v) : groups[i].Aggregate(TOp.Identity, TOp.Combine);
    }

    public override void ArgMax(TensorView x, TensorView y)
    {
        int columns = x.Shape[-1];
        for (long row = 0; row < y.Count; row++)
        {
            float* values = x.F32 + row * columns;
            int best = 0;
            for (int i = 1; i < columns; i++)
                if (!float.IsNaN(values[best]) && (values[i] > values[best] || float.IsNaN(values[i]))) best = i;
            y.I32[row] = best;
        }
    }

    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate)
    {
        int m = c.Shape[-2], n = c.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        for (long i = 0; i < c.Count; i++)
        {
            long batch = i / ((long)m * n), row = i / n % m, column = i % n;
            float* left = a.F32 + batch * m * k;
            float* right = b.F32 + batch * k * n;
            double sum = accumulate ? c.F32[i] : 0;
            for (long l = 0; l < k; l++)
                sum += (double)left[transposeA ? l * m + row : row * k + l] * right[transposeB ? column * k + l : l * n + column];
            c.F32[i] = (float)sum;
        }
    }

    public override void Normal(TensorView y, TensorView generator) => Draw(y, generator, static (w, i) =>
    {
        var (even, odd) = i < 2 ? Philox.Normals(w.W0, w.W1) : Philox.Normals(w.W2, w.W3);
        return i % 2 == 0 ? even : odd;
    });

    public override void Uniform(TensorView y, TensorView generator, float low, float high) => Draw(y, generator,
        (w, i) => Philox.Uniform(i switch { 0 => w.W0, 1 => w.W1, 2 => w.W2, _ => w.W3 }, low, high));

    static void Draw(TensorView y, TensorView generator, Func<(uint W0, uint W1, uint W2, uint W3), int, float> make)
    {
        uint* state = (uint*)generator.I32;
        ulong key = state[0] | (ulong)state[1] << 32, counter = state[2] | (ulong)state[3] << 32;
        for (long i = 0; i < y.Count; i++) y.F32[i] = make(Philox.Block(counter + (ulong)(i / 4), key), (int)(i % 4));
        counter += (ulong)((y.Count + 3) / 4);
        (state[2], state[3]) = ((uint)counter, (uint)(counter >> 32));
    }

    protected override void Dispose(bool disposing)
    {
    }

    static Span<byte> Bytes(TensorView view) => new((void*)view.Address, checked((int)view.Bytes));

    static long Width(TensorView rows) => Math.Max(1, rows.Count / Math.Max(1, rows.Shape[0]));

    static void Copy(TensorView x, long from, TensorView y, long to)
    {
        int size = x.Type.Size();
        Buffer.MemoryCopy(x.U8 + from * size, y.U8 + to * size, size, size);
    }

    /// <summary>Where element i of an array of this shape is in one whose ones stretch to it.</summary>
    static long Broadcast(long i, Shape whole, Shape part)
    {
        long at = 0, step = 1;
        for (int axis = 1; axis <= whole.Rank; axis++)
        {
            int size = axis <= part.Rank ? part[-axis] : 1;
            if (size != 1) at += i % whole[-axis] * step;
            step *= size;
            i /= whole[-axis];
        }
        return at;
    }

    static double Read(TensorView x, long i) => x.Type switch
    {
        DType.F32 => (double)x.F32[i],
        DType.BF16 => BFloat16.ToSingle(((ushort*)x.Address)[i]),
        DType.F16 => (double)((Half*)x.Address)[i],
        DType.F64 => ((double*)x.Address)[i],
        DType.I64 => ((long*)x.Address)[i],
        DType.I32 => x.I32[i],
        _ => x.U8[i],
    };

    static void Write(TensorView y, long i, double value)
    {
        switch (y.Type)
        {
            case DType.F32: y.F32[i] = (float)value; break;
            case DType.BF16: ((ushort*)y.Address)[i] = BFloat16.FromSingle((float)value); break;
            case DType.F16: ((Half*)y.Address)[i] = (Half)value; break;
            case DType.F64: ((double*)y.Address)[i] = value; break;
            case DType.I64: ((long*)y.Address)[i] = Whole(value); break;
            case DType.Bool: y.U8[i] = value != 0 ? (byte)1 : (byte)0; break;
            case DType.I32: y.I32[i] = (int)Saturated(value, int.MinValue, int.MaxValue); break;
            default: y.U8[i] = (byte)Saturated(value, 0, 255); break;
        }
    }

    /// <summary>2⁶³ is the first double above the largest I64.</summary>
    static long Whole(double value)
    {
        double whole = Saturated(value, long.MinValue, long.MaxValue);
        return whole >= long.MaxValue ? long.MaxValue : (long)whole;
    }

    static double Saturated(double value, double low, double high) =>
        double.IsNaN(value) ? 0 : Math.Clamp(Math.Round(value, MidpointRounding.ToEven), low, high);
}
