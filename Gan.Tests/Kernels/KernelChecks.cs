using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Questions that every kernel is asked.</summary>
static class KernelChecks
{
    /// <summary>|actual − expected| ≤ absolute + relative·|expected| everywhere; a NaN only where one is expected.</summary>
    public static void Close(float[] actual, double[] expected, double absolute, double relative = 0)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = double.IsNaN(expected[i])
                ? float.IsNaN(actual[i])
                : Math.Abs(actual[i] - expected[i]) <= absolute + relative * Math.Abs(expected[i]);
            if (!same) Assert.Fail($"Element {i} of {actual.Length} is {actual[i]:R}, expected {expected[i]:R}.");
        }
    }

    /// <summary>
    /// Asserts equal bits (any NaN equals any other), naming the first place that differs; quicker than a
    /// constraint on long arrays.
    /// </summary>
    public static void AssertSame<T>(T[] actual, T[] expected, string what = "") where T : unmanaged, IEquatable<T>
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        int same = actual.AsSpan().CommonPrefixLength(expected);
        if (same < expected.Length) Assert.Fail($"{what}: element {same} is {actual[same]}, expected {expected[same]}");
    }

    public static double Dot(float[] a, float[] b)
    {
        Assert.That(a, Has.Length.EqualTo(b.Length));
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>⟨A x, y⟩ = ⟨x, Aᵀ y⟩: the two products of equally many terms of size one agree up to rounding.</summary>
    public static void Adjoint(float[] ax, float[] y, float[] x, float[] aty)
    {
        double scale = Math.Sqrt(Dot(ax, ax) * Dot(y, y)) + 1e-30;
        Assert.That(Dot(ax, y) - Dot(x, aty), Is.Zero.Within(1e-5 * scale));
    }

    /// <summary>The same inputs give the same bits with 1, 2 and 3 threads.</summary>
    public static void ThreadsDoNotMatter(Func<CpuBackend, KernelArrays, float[][]> run)
    {
        byte[]? first = null;
        for (int threads = 1; threads <= 3; threads++)
        {
            using var backend = new CpuBackend(threads);
            using var arrays = new KernelArrays(backend);
            byte[] bytes = [.. run(backend, arrays).SelectMany(a => MemoryMarshal.AsBytes<float>(a).ToArray())];
            first ??= bytes;
            Assert.That(bytes.AsSpan().SequenceEqual(first), $"{threads} threads differ from one.");
        }
    }

    /// <summary>After a first call, no call leaves garbage.</summary>
    public static void AllocatesNothing(Action call) => Assert.That(Allocations.PerRound(call), Is.Zero);
}
