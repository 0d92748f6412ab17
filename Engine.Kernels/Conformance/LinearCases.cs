namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Products of rows with a bias: sizes around the tiles, misaligned arrays, empty sums, numbers that are none.</summary>
static class LinearCases
{
    /// <summary>y (N, K) = x (N, D)·w (K, D) transposed + bias.</summary>
    readonly record struct Layer(int N, int K, int D)
    {
        public override string ToString() => $"({N}, {D}) x ({K}, {D})T";
    }

    /// <summary>
    /// Few rows and few outputs too, for which products turn around or take a narrow tile, and sums long enough to be split.
    /// </summary>
    static readonly Layer[] s_layers =
        [new(1, 1, 1), new(7, 5, 3), new(64, 4, 128), new(64, 1, 128), new(5, 70, 33), new(16, 136, 40), new(130, 72, 48),
            new(4, 8, 1000), new(4, 5, 0), new(0, 5, 3), new(7, 5, 300), new(13, 40, 520), new(64, 512, 128)];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from layer in s_layers
           select new ConformanceCase("Linear", $"{layer} {type}", run => Multiply(run, layer, type, skew: 0)),
        .. from layer in s_layers
           select new ConformanceCase("Linear", $"{layer} TF32", run => MultiplyTf32(run, layer)),
        .. from type in CaseRun.Storages
           from skew in new[] { 1, 2, 4 }
           select new ConformanceCase("Linear", $"skew {skew} {type}", run => Multiply(run, new Layer(24, 32, 40), type, skew)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Linear", $"a NaN in x, an infinity in w {type}", run => Special(run, type, bias: false)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Linear", $"a NaN and an infinity in the bias {type}",
               run => Special(run, type, bias: true)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Linear", $"overflow {type}", run => Overflow(run, type)),
    ];

    static void Multiply(CaseRun run, Layer layer, DType type, int skew)
    {
        TensorView x = run.Input(new(layer.N, layer.D), type, skew: skew), w = run.Input(new(layer.K, layer.D), type, skew: skew);
        TensorView bias = run.Input(new(layer.K), skew: skew), y = run.Output(new(layer.N, layer.K), type, skew);
        run.Backend.Linear(x, w, bias, y);
        Expect(run, layer, x, w, bias, y, MatMulCases.Sum(layer.D), type);
    }

    static void MultiplyTf32(CaseRun run, Layer layer)
    {
        TensorView x = run.Input(new(layer.N, layer.D)), w = run.Input(new(layer.K, layer.D)), bias = run.Input(new(layer.K));
        var y = run.Output(new(layer.N, layer.K));
        MatMulCases.WithTf32(run, () => run.Backend.Linear(x, w, bias, y));
        Expect(run, layer, x, w, bias, y, MatMulCases.Tf32(layer.D), DType.F32);
    }

    static void Special(CaseRun run, DType type, bool bias)
    {
        var layer = new Layer(9, 21, 5);
        float[] xs = run.Numbers(layer.N * layer.D, Draw.Positive), ws = run.Numbers(layer.K * layer.D, Draw.Positive);
        float[] bs = run.Numbers(layer.K, Draw.Positive);
        if (bias) (bs[3], bs[17]) = (float.NaN, float.NegativeInfinity);
        else (xs[7 * layer.D + 2], ws[16 * layer.D + 1]) = (float.NaN, float.PositiveInfinity);
        TensorView x = run.Input(new(layer.N, layer.D), xs, type), w = run.Input(new(layer.K, layer.D), ws, type),
            b = run.Input(new(layer.K), bs);
        var y = run.Output(new(layer.N, layer.K), type);
        run.Backend.Linear(x, w, b, y);
        Expect(run, layer, x, w, b, y, MatMulCases.Sum(layer.D), type);
    }

    /// <summary>One term that overflows and a bias that does not bring it back: no order of additions decides.</summary>
    static void Overflow(CaseRun run, DType type)
    {
        var layer = new Layer(40, 6, 1);
        TensorView x = run.Input(new(layer.N, 1), type, Draw.Huge), w = run.Input(new(layer.K, 1), [1, 2, 3, 4, 8, 16], type);
        TensorView bias = run.Input(new(layer.K), draw: Draw.Positive), y = run.Output(new(layer.N, layer.K), type);
        run.Backend.Linear(x, w, bias, y);
        Expect(run, layer, x, w, bias, y, Tolerance.Rounding, type);
    }

    static void Expect(CaseRun run, Layer layer, TensorView x, TensorView w, TensorView bias, TensorView y,
        Tolerance tolerance, DType type)
    {
        // Libraries add a bias in the result's type: half of BF16's last place, of a bias below 4.
        if (type == DType.BF16) tolerance = tolerance with { Absolute = tolerance.Absolute + 1.0 / 128 };
        run.Expect("y", y, tolerance.In(type), () =>
        {
            var sums = new double[layer.N * layer.K];
            for (int i = 0; i < sums.Length; i++)
            {
                double sum = run[bias][i % layer.K];
                for (int d = 0; d < layer.D; d++) sum += run[x][i / layer.K * layer.D + d] * run[w][i % layer.K * layer.D + d];
                sums[i] = (float)sum;
            }
            return sums;
        });
    }
}
