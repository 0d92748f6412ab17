using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>Bytes to images in [−1, 1] and back.</summary>
public static class Pixels
{
    /// <summary>U8 (N, S, S, 3) to F32 in [−1, 1]: p / 127.5 − 1.</summary>
    public static Tensor ToImages(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        return pixels.Cast(DType.F32).Affine(1 / 127.5f, -1);
    }

    /// <summary>F32 in [−1, 1] to U8: round(127.5·(x + 1)), clamped.</summary>
    public static Tensor FromImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Affine(127.5f, 127.5f).Cast(DType.U8);
    }

    /// <summary>Pixels (count, S, S, 3) of generated images, drawn in batches so that memory stays bounded.</summary>
    /// <param name="device">Where they are drawn.</param>
    /// <param name="count">How many.</param>
    /// <param name="generate">Makes the next n images (n, S, S, 3) in [−1, 1].</param>
    /// <param name="batch">The most images at a time.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static byte[] Draw(Device device, int count, Func<int, Tensor> generate, int batch = 64,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(generate);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        byte[] all = [];
        for (int start = 0; start < count; start += batch)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = device.Scope();
            using var noGrad = device.NoGrad();
            int n = Math.Min(batch, count - start);
            byte[] pixels = FromImages(generate(n)).ToArray<byte>();
            int image = pixels.Length / n;
            if (start == 0) all = new byte[checked(image * count)];
            pixels.CopyTo(all, image * start);
        }
        return all;
    }
}
