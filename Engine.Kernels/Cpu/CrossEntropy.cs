using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Logits per hand-out of a loop; an exponential costs several nanoseconds.
    const int CrossEntropyGrain = 4096;

    /// <inheritdoc/>
    public override void SoftmaxCrossEntropy(TensorView logits, TensorView labels, TensorView losses,
        TensorView correct = default)
    {
        int n = logits.Shape[0], k = logits.Shape[1];
        CheckLabels(labels, n, k);
        _workers.For(n, Math.Max(1, CrossEntropyGrain / Math.Max(k, 1)),
            new CrossEntropyForward { X = logits.F32, Labels = labels.I32, Losses = losses.F32, Correct = correct.F32, K = k });
    }

    /// <inheritdoc/>
    public override void SoftmaxCrossEntropyBackward(TensorView logits, TensorView labels, TensorView dlosses, TensorView dlogits)
    {
        int n = logits.Shape[0], k = logits.Shape[1];
        CheckLabels(labels, n, k);
        _workers.For(n, Math.Max(1, CrossEntropyGrain / Math.Max(k, 1)),
            new CrossEntropyBackward { X = logits.F32, Labels = labels.I32, DLosses = dlosses.F32, DX = dlogits.F32, K = k });
    }

    static void CheckLabels(TensorView labels, int n, int k)
    {
        int* label = labels.I32;
        for (int i = 0; i < n; i++)
        {
            if ((uint)label[i] < (uint)k) continue;
            throw new ArgumentOutOfRangeException(nameof(labels),
                $"SoftmaxCrossEntropy: labels[{i}] is {label[i]}, outside the {k} classes 0 to {k - 1}.");
        }
    }

    /// <summary>
    /// The largest logit: less that, none can overflow the exponential. A NaN that a short row passes over spoils the sum.
    /// </summary>
    static float Largest(float* x, int k)
    {
        if (k >= Vector256<float>.Count) return ReduceLoops.Run<Max>(x, k);
        float top = float.NegativeInfinity;
        for (int j = 0; j < k; j++) if (x[j] > top) top = x[j];
        return top;
    }

    struct CrossEntropyForward : IParallelBody
    {
        public float* X, Losses, Correct;
        public int* Labels;
        public int K;

        public readonly void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                float* x = X + (long)i * K;
                double max = Largest(x, K);
                Losses[i] = (float)(Math.Log(Exponentials.Sum(x, K, max)) + (max - x[Labels[i]]));
                if (Correct != null) Correct[i] = FirstMaximum(x, K) == Labels[i] ? 1 : 0;
            }
        }
    }

    struct CrossEntropyBackward : IParallelBody
    {
        public float* X, DLosses, DX;
        public int* Labels;
        public int K;

        public readonly void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                float* x = X + (long)i * K;
                float* dx = DX + (long)i * K;
                int label = Labels[i];
                double max = Largest(x, K), sum = Exponentials.Sum(x, K, max), d = DLosses[i],
                    own = Math.Exp(x[label] - max) / sum;
                Exponentials.Scaled(x, K, max, d / sum, dx);
                dx[label] = (float)((own - 1) * d);
            }
        }
    }
}
