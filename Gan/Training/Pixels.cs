using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>Bytes to images in [−1, 1] and back.</summary>
public static class Pixels
{
    /// <summary>U8 (N, S, S, 3) to F32 in [−1, 1]: p / 127.5 − 1.</summary>
    public static Tensor ToImages(Tensor pixels) => pixels.Cast(DType.F32).Affine(1 / 127.5f, -1);

    /// <summary>F32 in [−1, 1] to U8: round(127.5·(x + 1)), clamped.</summary>
    public static Tensor FromImages(Tensor images) => images.Affine(127.5f, 127.5f).Cast(DType.U8);

    /// <summary>Pixels (count, S, S, 3) of generated images, drawn in batches so that memory stays bounded.</summary>
    public static byte[] Draw(GanStep step, Rng random, int count, int batch = 64)
    {
        byte[]? all = null;
        for (int start = 0; start < count; start += batch)
        {
            using var scope = step.Device.Step();
            using var noGrad = step.Device.NoGrad();
            int n = Math.Min(batch, count - start);
            byte[] pixels = FromImages(step.Sample(step.Noise(random, n))).ToArray<byte>();
            all ??= new byte[pixels.Length / n * count];
            pixels.CopyTo(all, pixels.Length / n * start);
        }
        return all ?? [];
    }
}
