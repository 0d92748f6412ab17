namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>A convolution of images (N, H, W, C) with filters (K, KH, KW, C / groups).</summary>
readonly record struct Conv2dProblem(int N, int H, int W, int C, int K, int KH, int KW, ConvSpec Spec)
{
    public Shape X => new(N, H, W, C);
    public Shape Filters => new(K, KH, KW, C / Spec.Groups);
    public Shape Y => new(N, Spec.OutputH(H, KH), Spec.OutputW(W, KW), K);

    /// <summary>Terms of the longest sum.</summary>
    public int Terms => Math.Max(Math.Max(C, K) / Spec.Groups * KH * KW, N * Y[1] * Y[2]);

    public override string ToString() => $"{X} * {Filters} {Spec}";

    /// <summary>Every term x[i]·w[j] of every y[k].</summary>
    public void Walk(Action<int, int, int> term)
    {
        int oh = Y[1], ow = Y[2], channels = Filters[3];
        for (int yi = 0; yi < Y.Count; yi++)
        {
            int k = yi % K, ox = yi / K % ow, oy = yi / K / ow % oh, n = yi / K / ow / oh;
            int first = k / (K / Spec.Groups) * channels;
            for (int wi = 0; wi < KH * KW * channels; wi++)
            {
                int c = wi % channels, kx = wi / channels % KW, ky = wi / channels / KW;
                int y = oy * Spec.StrideH - Spec.Top + ky * Spec.DilationH;
                int x = ox * Spec.StrideW - Spec.Left + kx * Spec.DilationW;
                if (y >= 0 && y < H && x >= 0 && x < W)
                    term(((n * H + y) * W + x) * C + first + c, k * KH * KW * channels + wi, yi);
            }
        }
    }
}
