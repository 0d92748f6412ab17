namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>
/// Convolution, its data gradient and its filter gradient: strides, paddings, dilations, groups, kernels, channel counts,
/// misaligned images.
/// </summary>
static class Conv2dCases
{
    static readonly int[] s_channels = [1, 3, 8, 33];
    static readonly int[] s_skews = [1, 2, 3];
    static readonly (int H, int W)[] s_kernels = [(1, 1), (3, 3), (5, 4)];

    // What the CPU tells apart: batch, height, width, channels, filters, kernel height, kernel width, stride, padding
    static readonly int[][] s_blocks =
    [
        [1, 1, 1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 3, 5, 3, 3, 1, 1], [3, 1, 1, 16, 17, 1, 1, 1, 0], [1, 5, 7, 1, 1, 3, 3, 1, 1],
        [3, 7, 5, 3, 16, 3, 3, 1, 1], [1, 8, 6, 16, 33, 3, 3, 1, 1], [2, 6, 9, 17, 3, 3, 3, 1, 0], [1, 9, 7, 33, 16, 5, 5, 1, 2],
        [3, 7, 8, 3, 17, 5, 5, 2, 2], [1, 9, 11, 17, 16, 3, 3, 2, 1], [3, 8, 5, 16, 16, 2, 2, 2, 0], [2, 7, 7, 5, 9, 3, 3, 3, 1],
        [1, 11, 8, 3, 4, 1, 1, 2, 0], [2, 6, 7, 9, 6, 2, 3, 1, 1], [1, 5, 6, 4, 7, 3, 1, 2, 2], [1, 10, 9, 2, 3, 1, 1, 3, 2],
        [1, 6, 5, 130, 20, 3, 3, 1, 1], [1, 4, 5, 20, 300, 3, 3, 1, 1], [2, 9, 17, 64, 40, 3, 3, 1, 1],
        [2, 16, 13, 6, 8, 3, 3, 1, 1], [0, 5, 5, 3, 4, 3, 3, 1, 1], [1, 4, 4, 40, 7, 4, 4, 1, 0], [1, 3, 3, 2, 2, 5, 5, 1, 3],
        [2, 11, 10, 40, 6, 3, 3, 3, 2], [1, 7, 12, 32, 8, 4, 4, 2, 1],
        // By Winograd's method: tiles that stick out, every padding, several blocks of depth, tasks of one tile, channels that do
        // not fill a panel.
        [1, 16, 12, 16, 16, 3, 3, 1, 1], [2, 15, 14, 24, 40, 3, 3, 1, 1], [1, 18, 14, 16, 24, 3, 3, 1, 0],
        [1, 12, 15, 40, 16, 3, 3, 1, 2], [3, 8, 8, 264, 16, 3, 3, 1, 1], [3, 8, 8, 16, 272, 3, 3, 1, 1],
        [33, 8, 8, 16, 16, 3, 3, 1, 1],
        // Few results of many pixels: the filter gradient is summed in slices, the last one shorter.
        [3, 31, 33, 3, 7, 3, 3, 1, 1],
        // Few filters of many channels, whose filter gradient gathers the output's: in slices, padded by more than the kernel,
        // too many to slice.
        [3, 31, 33, 20, 3, 3, 3, 1, 1], [1, 6, 7, 12, 2, 3, 3, 1, 4], [1, 9, 30, 304, 3, 3, 3, 1, 1],
    ];

    /// <summary>Of each axis and each side its own, taps apart, groups, depthwise, and all of it at once.</summary>
    static readonly Conv2dProblem[] s_specs =
    [
        new(2, 6, 5, 8, 12, 3, 3, new(1, 1, groups: 4)), new(2, 7, 6, 32, 48, 3, 3, new(1, 1, groups: 2)),
        new(3, 5, 6, 96, 48, 1, 1, new(1, 0, groups: 3)), new(2, 7, 8, 6, 40, 3, 2, new(2, 1, groups: 2)),
        new(2, 5, 4, 160, 160, 3, 3, new(1, 1, groups: 2)), new(1, 6, 6, 24, 4, 3, 3, new(1, 1, groups: 2)),
        new(3, 4, 4, 9, 9, 4, 4, new(1, 0, groups: 9)), new(2, 7, 6, 20, 20, 3, 3, new(2, 1, groups: 20)),
        new(2, 5, 6, 8, 16, 3, 3, new(1, 1, groups: 8)), new(0, 4, 4, 4, 4, 3, 3, new(1, 1, groups: 4)),
        new(2, 9, 8, 5, 6, 3, 3, new(1, 2, dilation: 2)), new(1, 9, 8, 16, 24, 3, 3, new(2, 2) { DilationH = 2 }),
        new(2, 9, 10, 3, 8, 2, 3, new(1, 1) { DilationW = 3 }), new(2, 8, 9, 7, 5, 3, 3, new(1, 1) { StrideH = 2, StrideW = 3 }),
        new(2, 6, 7, 16, 16, 3, 3, new(1, 0) { Top = 1, Bottom = 2, Right = 3 }),
        new(2, 5, 9, 8, 8, 1, 7, new(1, 0) { Left = 3, Right = 3 }), new(2, 9, 5, 8, 8, 7, 1, new(1, 0) { Top = 3, Bottom = 3 }),
        new(2, 9, 8, 6, 9, 3, 2, new(2, 1, 2, 3) { StrideW = 1, Top = 0, DilationW = 3, Right = 2 }),
        new(2, 9, 8, 12, 12, 3, 3, new(2, 1, 2, 12) { StrideH = 1, Top = 2, DilationW = 1, Left = 0 }),
    ];

    // By Winograd's method: fewer groups than threads and more, each side its own padding, tiles that stick out, channels that do
    // not fill a panel, so many that they are done in turn; and gradients that are summed in slices, or gather the output's.
    static readonly Conv2dProblem[] s_groupBlocks =
    [
        new(2, 15, 14, 48, 80, 3, 3, new(1, 1, groups: 2)), new(3, 8, 8, 80, 80, 3, 3, new(1, 1, groups: 5)),
        new(1, 14, 17, 96, 64, 3, 3, new(1, 1, groups: 4) { Top = 0, Right = 2 }),
        new(1, 13, 16, 120, 120, 3, 3, new(1, 2, groups: 5) { Left = 0, Bottom = 1 }),
        new(7, 12, 12, 64, 64, 3, 3, new(1, 1, groups: 4)), new(1, 8, 24, 1024, 960, 3, 3, new(1, 1, groups: 2)),
        new(3, 31, 33, 6, 14, 3, 3, new(1, 1, groups: 2)), new(3, 31, 33, 40, 6, 3, 2, new(1, 1, 2, 2)),
        new(2, 9, 11, 150, 150, 3, 3, new(1, 1, groups: 150)), new(4, 4, 4, 72, 72, 4, 4, new(1, 0, groups: 72)),
    ];

    /// <summary>
    /// Wide ones of 5x5, 1x7 and 7x1 taps: tiles that stick out, each side its own padding, several blocks of depth.
    /// </summary>
    static readonly Conv2dProblem[] s_wideBlocks =
    [
        new(3, 9, 12, 48, 64, 5, 5, new(1, 2)), new(2, 11, 13, 32, 40, 5, 5, new(1, 4) { Top = 0, Right = 1 }),
        new(2, 7, 17, 40, 72, 1, 7, new(1, 0) { Left = 3, Right = 3 }),
        new(3, 17, 6, 72, 40, 7, 1, new(1, 0) { Top = 3, Bottom = 3 }),
        new(1, 19, 15, 264, 32, 7, 1, new(1, 0) { Top = 6, Bottom = 1 }), new(4, 5, 18, 32, 96, 1, 7, new(1, 0) { Right = 5 }),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. Geometries().Select(static (p, i) => Row(p, CaseRun.Storages[i % 2], bias: i % 3 != 0)),
        .. from type in CaseRun.Storages
           from c in s_channels
           from k in s_channels
           select Row(new Conv2dProblem(2, 6, 5, c, k, 3, 3, new ConvSpec(1, 1)), type),
        .. from type in CaseRun.Storages
           from p in new Conv2dProblem[]
           {
               new(0, 4, 4, 3, 8, 3, 3, new(1, 1)), new(1, 1, 1, 1, 1, 1, 1, new(1, 0)), new(1, 1, 1, 8, 3, 3, 3, new(1, 1)),
               new(3, 1, 1, 16, 24, 1, 1, new(1, 0)),
               new(3, 16, 16, 16, 72, 3, 3, new(1, 1)), new(4, 16, 17, 3, 33, 3, 3, new(2, 1)),
               new(2, 12, 12, 136, 3, 3, 3, new(1, 1)),
           }
           select Row(p, type),
        .. from type in CaseRun.Storages
           from p in s_specs
           select Row(p, type),
        .. from p in s_blocks.Select(static s => new Conv2dProblem(s[0], s[1], s[2], s[3], s[4], s[5], s[6], new(s[7], s[8])))
               .Concat(s_groupBlocks).Concat(s_wideBlocks)
           from bias in CaseRun.Both
           select new ConformanceCase("Conv2d", $"{p}{(bias ? "" : " no bias")}, blocks", run => Blocks(run, p, bias))
               { IsLarge = true },
        .. from type in CaseRun.Storages
           from skew in s_skews
           select Row(new Conv2dProblem(2, 7, 6, 16, 24, 3, 3, new ConvSpec(skew, 1)), type, skew: skew),
        .. from p in new Conv2dProblem[] { new(2, 7, 6, 16, 24, 3, 3, new(1, 1)), new(3, 9, 8, 3, 20, 4, 4, new(2, 1)),
            new(2, 8, 8, 33, 3, 3, 3, new(1, 1)) }
           select new ConformanceCase("Conv2d", $"{p} TF32", run => ConvolveTf32(run, p)),
        .. from p in new Conv2dProblem[] { new(2, 7, 6, 16, 24, 3, 3, new(1, 1)), new(3, 9, 8, 3, 5, 3, 3, new(2, 1)) }
           select new ConformanceCase("Conv2d", $"{p} filter gradient of BF16 in F32",
               run => BackwardFilter(run, p, DType.BF16, DType.F32, skew: 0, MatMulCases.Sum(p.Terms))),
        .. from type in CaseRun.Storages
           from groups in (int[])[1, 2, 8]
           select new ConformanceCase("Conv2d", $"NaN and infinity {type}{(groups == 1 ? "" : $", {groups} groups")}",
               run => Special(run, type, groups)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Conv2d", $"NaN and infinity in gradients {type}", run => SpecialGradients(run, type)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Conv2d", $"overflow {type}", run => Overflow(run, type)),
    ];

    /// <summary>Every stride with every padding and every kernel; the channel counts take turns.</summary>
    static IEnumerable<Conv2dProblem> Geometries()
    {
        int turn = 0;
        for (int stride = 1; stride <= 3; stride++)
        {
            for (int padding = 0; padding <= 3; padding++)
            {
                foreach (var (h, w) in s_kernels)
                {
                    yield return new Conv2dProblem(2, 8, 7, s_channels[turn % 4], s_channels[(turn / 4 + turn) % 4], h, w,
                        new ConvSpec(stride, padding));
                    turn++;
                }
            }
        }
    }

    static ConformanceCase Row(Conv2dProblem p, DType type, bool bias = true, int skew = 0) =>
        new("Conv2d", $"{p} {type}{(bias ? "" : " no bias")}{(skew > 0 ? $" skew {skew}" : "")}",
            run => Convolve(run, p, type, bias, skew));

    static void Convolve(CaseRun run, Conv2dProblem p, DType type, bool bias, int skew)
    {
        Forward(run, p, type, bias, skew, MatMulCases.Sum(p.Terms).In(type));
        BackwardData(run, p, type, skew, MatMulCases.Sum(p.Terms).In(type));
        BackwardFilter(run, p, type, type, skew, MatMulCases.Sum(p.Terms).In(type));
    }

    static void Blocks(CaseRun run, Conv2dProblem p, bool bias)
    {
        Forward(run, p, DType.F32, bias, skew: 0, Winograd(p.C / p.Spec.Groups * p.KH * p.KW));
        BackwardData(run, p, DType.F32, skew: 0, Winograd(p.K / p.Spec.Groups * p.KH * p.KW));
        BackwardFilter(run, p, DType.F32, DType.F32, skew: 0, Winograd(p.Y.Count / p.K));
    }

    /// <summary>
    /// Sums of terms of up to four err by about 4·2⁻²⁴·√terms times the partial sums' size; twenty times that and a floor catch
    /// every wrong term and let rounding through, also that of Winograd's method without fused multiply-adds, the largest.
    /// </summary>
    static Tolerance Winograd(long terms) => new(8e-6 * (1 + Math.Sqrt(terms)) * Math.Max(1, Math.Sqrt(terms) / 8), 0);

    static void ConvolveTf32(CaseRun run, Conv2dProblem p) => MatMulCases.WithTf32(run, () =>
    {
        Forward(run, p, DType.F32, withBias: true, skew: 0, MatMulCases.Tf32(p.Terms));
        BackwardData(run, p, DType.F32, skew: 0, MatMulCases.Tf32(p.Terms));
        BackwardFilter(run, p, DType.F32, DType.F32, skew: 0, MatMulCases.Tf32(p.Terms));
    });

    static void Forward(CaseRun run, Conv2dProblem p, DType type, bool withBias, int skew, Tolerance tolerance)
    {
        var x = run.Input(p.X, type, skew: skew);
        var w = run.Input(p.Filters, type, skew: skew);
        TensorView? bias = withBias ? run.Input(new Shape(p.K), skew: skew) : null;
        TensorView y = run.Output(p.Y, type, skew), relu = run.Output(p.Y, type, skew);
        run.Backend.Conv2dForward(x, w, bias, y, p.Spec);
        run.Backend.Conv2dReluForward(x, w, bias, relu, p.Spec);
        // A library stores the sum in BF16 before the bias is added: half a unit in the last place of a sum that the bias
        // (below 2) may cancel.
        if (withBias && type == DType.BF16) tolerance = tolerance with { Absolute = 1.0 / 128 };
        double[] Naive()
        {
            double[] xs = run[x], ws = run[w], sums = new double[p.Y.Count];
            if (bias is { } b) for (int i = 0; i < sums.Length; i++) sums[i] = run[b][i % p.K];
            p.Walk((xi, wi, yi) => sums[yi] += xs[xi] * ws[wi]);
            return sums;
        }
        run.Expect("y", y, tolerance, Naive);
        run.Expect("y with ReLU", relu, tolerance, () => Array.ConvertAll(Naive(), static v => Math.Max(v, 0)));
    }

    static void BackwardData(CaseRun run, Conv2dProblem p, DType type, int skew, Tolerance tolerance)
    {
        var dy = run.Input(p.Y, type, skew: skew);
        var w = run.Input(p.Filters, type, skew: skew);
        var dx = run.Output(p.X, type, skew);
        run.Backend.Conv2dBackwardData(dy, w, dx, p.Spec);
        run.Expect("dx", dx, tolerance, () => NaiveData(run, p, dy, w));
    }

    static double[] NaiveData(CaseRun run, Conv2dProblem p, TensorView dy, TensorView w)
    {
        double[] ys = run[dy], ws = run[w], sums = new double[p.X.Count];
        p.Walk((xi, wi, yi) => sums[xi] += ys[yi] * ws[wi]);
        return sums;
    }

    static void BackwardFilter(CaseRun run, Conv2dProblem p, DType type, DType result, int skew, Tolerance tolerance)
    {
        var x = run.Input(p.X, type, skew: skew);
        var dy = run.Input(p.Y, type, skew: skew);
        var dw = run.Output(p.Filters, result, skew);
        run.Backend.Conv2dBackwardFilter(x, dy, dw, p.Spec);
        run.Expect("dw", dw, tolerance, () => NaiveFilter(run, p, x, dy));
    }

    static double[] NaiveFilter(CaseRun run, Conv2dProblem p, TensorView x, TensorView dy)
    {
        double[] xs = run[x], ys = run[dy], sums = new double[p.Filters.Count];
        p.Walk((xi, wi, yi) => sums[wi] += xs[xi] * ys[yi]);
        return sums;
    }

    /// <summary>They reach the outputs whose window holds them, and no other: padding does not multiply them by zero.</summary>
    static void Special(CaseRun run, DType type, int groups)
    {
        var p = new Conv2dProblem(2, 6, 5, 8, groups == 1 ? 3 : 8, 3, 3, new ConvSpec(1, 1, groups: groups));
        float[] xv = run.Numbers(p.X.Count, Draw.Positive);
        xv[0] = float.NaN;
        xv[p.X.Count - 9] = float.NegativeInfinity;
        TensorView x = run.Input(p.X, xv, type), w = run.Input(p.Filters, type, Draw.Positive), y = run.Output(p.Y, type);
        run.Backend.Conv2dForward(x, w, null, y, p.Spec);
        run.Expect("y", y, MatMulCases.Sum(p.Terms).In(type), () => Naive(run, p, x, w));
    }

    /// <summary>
    /// The same backwards. The filters are finite, for a pixel beyond dy counts as a zero that they are multiplied with; and so
    /// is what lies opposite of an infinity in the filter's gradient.
    /// </summary>
    static void SpecialGradients(CaseRun run, DType type)
    {
        var p = new Conv2dProblem(2, 6, 5, 8, 3, 3, 3, new ConvSpec(1, 0));
        float[] ys = run.Numbers(p.Y.Count, Draw.Positive), xs = run.Numbers(p.X.Count, Draw.Positive);
        (ys[1], ys[p.Y.Count - 2]) = (float.NaN, float.NegativeInfinity);
        TensorView dy = run.Input(p.Y, ys, type), w = run.Input(p.Filters, type, Draw.Positive), dx = run.Output(p.X, type);
        run.Backend.Conv2dBackwardData(dy, w, dx, p.Spec);
        run.Expect("dx", dx, MatMulCases.Sum(p.Terms).In(type), () => NaiveData(run, p, dy, w));
        xs[7] = float.PositiveInfinity;
        TensorView x = run.Input(p.X, xs, type), dw = run.Output(p.Filters, type);
        run.Backend.Conv2dBackwardFilter(x, dy, dw, p.Spec);
        run.Expect("dw", dw, MatMulCases.Sum(p.Terms).In(type), () => NaiveFilter(run, p, x, dy));
    }

    static void Overflow(CaseRun run, DType type)
    {
        // One term, so that no order of additions decides about the overflow.
        var p = new Conv2dProblem(2, 4, 5, 1, 6, 1, 1, new ConvSpec(1, 0));
        TensorView x = run.Input(p.X, type, Draw.Huge), w = run.Input(p.Filters, [1, 2, 3, 4, 8, 16], type),
            y = run.Output(p.Y, type);
        run.Backend.Conv2dForward(x, w, null, y, p.Spec);
        run.Expect("y", y, Tolerance.Rounding.In(type),
            () => Array.ConvertAll(Naive(run, p, x, w), static v => (double)(float)v));
    }

    static double[] Naive(CaseRun run, Conv2dProblem p, TensorView x, TensorView w)
    {
        double[] xs = run[x], ws = run[w], sums = new double[p.Y.Count];
        p.Walk((xi, wi, yi) => sums[yi] += xs[xi] * ws[wi]);
        return sums;
    }
}
