using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Conformance;

/// <summary>What slides a window over images, and what turns them.</summary>
sealed unsafe partial class ReferenceBackend
{
    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        var sums = new double[y.Count];
        if (bias is { } b) for (int i = 0; i < sums.Length; i++) sums[i] = b.F32[i % b.Count];
        Slide(x.Shape, w.Shape, y.Shape, spec, (xi, wi, yi) => sums[yi] += (double)x.F32[xi] * w.F32[wi]);
        Store(sums, y);
    }

    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        var sums = new double[dx.Count];
        Slide(dx.Shape, w.Shape, dy.Shape, spec, (xi, wi, yi) => sums[xi] += (double)dy.F32[yi] * w.F32[wi]);
        Store(sums, dx);
    }

    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        var sums = new double[dw.Count];
        Slide(x.Shape, dw.Shape, dy.Shape, spec, (xi, wi, yi) => sums[wi] += (double)x.F32[xi] * dy.F32[yi]);
        Store(sums, dw);
    }

    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec)
    {
        var sums = new double[y.Count];
        Slide(x.Shape, y.Shape, spec, (xi, yi, _) => sums[yi] += x.F32[xi]);
        Store(sums, y, spec.Kernel * spec.Kernel);
    }

    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec)
    {
        var sums = new double[dx.Count];
        Slide(dx.Shape, dy.Shape, spec, (xi, yi, _) => sums[xi] += dy.F32[yi]);
        Store(sums, dx, spec.Kernel * spec.Kernel);
    }

    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec)
    {
        new Span<int>(index.I32, (int)index.Count).Fill(-1);
        Slide(x.Shape, y.Shape, spec, (xi, yi, position) =>
        {
            if (index.I32[yi] >= 0 && (float.IsNaN(y.F32[yi]) || x.F32[xi] <= y.F32[yi])) return;
            (y.F32[yi], index.I32[yi]) = (x.F32[xi], position);
        });
    }

    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec)
    {
        Fill(dx, 0);
        Slide(dx.Shape, dy.Shape, spec, (xi, yi, position) =>
        {
            if (index.I32[yi] == position) dx.F32[xi] += dy.F32[yi];
        });
    }

    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode)
    {
        var sums = new double[y.Count];
        Stretch(x.Shape, mode, (xi, yi, weight) => sums[yi] += weight * x.F32[xi]);
        Store(sums, y);
    }

    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode)
    {
        var sums = new double[dx.Count];
        Stretch(dx.Shape, mode, (xi, yi, weight) => sums[xi] += weight * dy.F32[yi]);
        Store(sums, dx);
    }

    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse)
    {
        int size = x.Shape[1], c = x.Shape[3];
        for (long i = 0; i < y.Count; i++)
        {
            long k = i % c, column = i / c % size, row = i / c / size % size, image = i / c / size / size;
            int turn = (inverse ? -turns.I32[image] : turns.I32[image]) & 3;
            for (; turn > 0; turn--) (row, column) = (column, size - 1 - row);
            Copy(x, ((image * size + row) * size + column) * c + k, y, i);
        }
    }

    static void Store(double[] values, TensorView y, double divisor = 1)
    {
        for (int i = 0; i < values.Length; i++) y.F32[i] = (float)(values[i] / divisor);
    }

    /// <summary>Every element of x, filter and y that one product joins.</summary>
    static void Slide(Shape x, Shape w, Shape y, ConvSpec spec, Action<int, int, int> visit)
    {
        int c = w[3];
        for (int yi = 0; yi < y.Count; yi++)
        {
            int k = yi % y[3], column = yi / y[3] % y[2], row = yi / y[3] / y[2] % y[1], n = yi / y[3] / y[2] / y[1];
            int first = k / (y[3] / spec.Groups) * c;
            for (int tap = 0; tap < w[1] * w[2]; tap++)
            {
                int h = row * spec.StrideH - spec.Top + tap / w[2] * spec.DilationH,
                    v = column * spec.StrideW - spec.Left + tap % w[2] * spec.DilationW;
                if (h < 0 || h >= x[1] || v < 0 || v >= x[2]) continue;
                for (int ch = 0; ch < c; ch++)
                    visit(((n * x[1] + h) * x[2] + v) * x[3] + first + ch, (k * w[1] * w[2] + tap) * c + ch, yi);
            }
        }
    }

    /// <summary>Every element of x and y that a window joins, and its h·W + w.</summary>
    static void Slide(Shape x, Shape y, PoolSpec spec, Action<int, int, int> visit)
    {
        for (int yi = 0; yi < y.Count; yi++)
        {
            int k = yi % y[3], column = yi / y[3] % y[2], row = yi / y[3] / y[2] % y[1], n = yi / y[3] / y[2] / y[1];
            for (int tap = 0; tap < spec.Kernel * spec.Kernel; tap++)
            {
                int h = row * spec.Stride - spec.Padding + tap / spec.Kernel,
                    v = column * spec.Stride - spec.Padding + tap % spec.Kernel;
                if (h >= 0 && h < x[1] && v >= 0 && v < x[2])
                    visit(((n * x[1] + h) * x[2] + v) * x[3] + k, yi, h * x[2] + v);
            }
        }
    }

    /// <summary>Every element of the small and of the large image that a weight joins.</summary>
    static void Stretch(Shape x, UpsampleMode mode, Action<int, int, double> visit)
    {
        int height = 2 * x[1], width = 2 * x[2];
        for (int yi = 0; yi < 4 * x.Count; yi++)
        {
            int k = yi % x[3], column = yi / x[3] % width, row = yi / x[3] / width % height, n = yi / x[3] / width / height;
            foreach (var (h, a) in Sources(row, x[1]))
                foreach (var (v, b) in Sources(column, x[2])) visit(((n * x[1] + h) * x[2] + v) * x[3] + k, yi, a * b);
        }

        // Output o of two pixels a pixel: ¾ of its own, ¼ of the neighbour on its side, which at the edge is its own or 0.
        (int, double)[] Sources(int o, int extent)
        {
            int own = o / 2, beside = o % 2 == 0 ? own - 1 : own + 1;
            if (mode == UpsampleMode.Nearest) return [(own, 1)];
            if (beside >= 0 && beside < extent) return [(own, 0.75), (beside, 0.25)];
            return [(own, mode == UpsampleMode.Bilinear ? 1 : 0.75)];
        }
    }
}
