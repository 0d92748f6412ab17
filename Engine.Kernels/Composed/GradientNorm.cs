namespace Ssgan.Engine.Kernels;

static class ComposedGradientNorm
{
    public static void Forward(Backend b, ReadOnlySpan<TensorView> gradients, TensorView norm)
    {
        using var t = new Temporaries(b);
        var squares = t.New(new Shape(gradients.Length));
        for (int i = 0; i < gradients.Length; i++)
        {
            Span<int> ones = [1, 1, 1, 1];
            var sum = new TensorView(squares.Address + i * sizeof(float), new Shape(ones[..gradients[i].Shape.Rank]), DType.F32);
            b.Reduce<SumOfSquares>(gradients[i], sum);
        }
        b.Reduce<Sum>(squares, norm);
        b.Unary(new Sqrt(), norm, norm);
    }
}
