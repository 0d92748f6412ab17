using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Softmax cross-entropy: the four turns of a batch, and a large classifier's.</summary>
static class CrossEntropies
{
    public static IEnumerable<Workload> All(Variant v)
    {
        if (!v.IsF32) yield break;
        foreach (var (rows, classes) in ((int, int)[])[(64, 4), (1024, 4), (4096, 1000)])
        {
            yield return Forward(v, rows, classes).Short(rows != 1024);
            yield return Backward(v, rows, classes).Short(rows != 1024);
        }
    }

    static Workload Forward(Variant v, int rows, int classes)
    {
        var shape = new Shape(v.Width(rows), classes);
        int n = shape[0];
        // Logits and labels are read, a loss and a hit a row are written.
        return new($"cross_entropy_fwd/{rows}x{classes}", "f32", (shape.Count + 3L * n) * sizeof(float), 0, bed =>
        {
            var (logits, labels, losses, correct) = (bed.Numbers(shape), bed.Integers(n, classes),
                bed.Empty(new Shape(n)), bed.Empty(new Shape(n)));
            return () => bed.Backend.SoftmaxCrossEntropy(logits, labels, losses, correct);
        });
    }

    static Workload Backward(Variant v, int rows, int classes)
    {
        var shape = new Shape(v.Width(rows), classes);
        int n = shape[0];
        return new($"cross_entropy_bwd/{rows}x{classes}", "f32", (2 * shape.Count + 2L * n) * sizeof(float), 0, bed =>
        {
            var (logits, labels, dlosses, dlogits) = (bed.Numbers(shape), bed.Integers(n, classes),
                bed.Numbers(new Shape(n)), bed.Empty(shape));
            return () => bed.Backend.SoftmaxCrossEntropyBackward(logits, labels, dlosses, dlogits);
        });
    }
}
