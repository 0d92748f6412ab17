using System.Numerics;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Testing;
using Ssgan.Tests.OwnCode;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class MapTests
{
    /// <summary>x + Scale·x², with PTX of its own.</summary>
    internal readonly record struct Bend(float Scale) : IUnary
    {
        public static string Name => "bend";
        public static ElementwiseTwin? Twin { get; } =
            ElementwiseTwin.Unary("bend", "x + p * x * x").WithPtx(OwnPtx.Bend);
        public float Invoke(float x) => x + Scale * x * x;
        public Vector<float> Invoke(Vector<float> x) => x + Vector.Create(Scale) * x * x;
    }

    /// <summary>a·b + a, on a CPU alone.</summary>
    readonly record struct Blend : IBinary
    {
        public static string Name => "blend";
        public float Invoke(float a, float b) => a * b + a;
        public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b + a;
    }

    readonly record struct Three(float A, float B, float C) : IUnary
    {
        public static string Name => "three";
        public static ElementwiseTwin? Twin => Bend.Twin;
        public float Invoke(float x) => x + A + B + C;
        public Vector<float> Invoke(Vector<float> x) => x + Vector.Create(A + B + C);
    }

    internal static Tensor Bent(Tensor x, float scale) =>
        x.Map(new Bend(scale), (dy, x) => dy * x.Affine(2 * scale, 1));

    static Tensor Blended(Tensor a, Tensor b) =>
        a.Combine(new Blend(), b, static (dy, _, b) => dy * (b + 1), static (dy, a, _) => dy * a);

    public static OpCase[] Cases { get; } =
    [
        new("Map", "of one", [[3, 4]], t => Bent(t[0], 0.3f)),
        new("Map", "of two", [[3, 4], [3, 4]], t => Blended(t[0], t[1])),
        new("Map", "of two, the second broadcast", [[3, 4], [4]], t => Blended(t[0], t[1])),
        new("Map", "of two, the first broadcast", [[3, 1], [2, 1, 4]], t => Blended(t[0], t[1])),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("map of integers", d => d.Ints(2).Map(new Bend(1)), "bend", "I32"),
        new("combine of shapes that do not fit", d => d.Of(2).Combine(new Blend(), d.Of(3)), "blend", "(2)", "(3)"),
    ];

    [Test]
    public void Remainders_of_vectors_and_many_threads_give_the_same([Values(1, 3)] int threads, [Values(1, 7, 70001)] int count)
    {
        using var device = Device.Cpu(threads);
        using var scope = device.Scope();
        float[] x = Make.Numbers(count, 2);
        Near.All(device.From(x, new Shape(count)).Map(new Bend(0.5f)).ToArray(),
            [.. x.Select(static v => v + 0.5 * v * v)], 1e-6);
    }

    [Test]
    public void A_gradient_that_is_missing_or_does_not_fit_is_told()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Tensor x = device.Leaf(1, 2, 3), b = device.Of(3);
        Assert.That(() => x.Map(new Bend(1)), Throws.InvalidOperationException.With.Message.StartsWith("bend: x, "));
        Assert.That(() => b.Combine(new Blend(), x), Throws.InvalidOperationException.With.Message.StartsWith("blend: b, "));
        Assert.That(() => x.Combine(new Blend(), b), Throws.InvalidOperationException.With.Message.StartsWith("blend: a, "));
        using (device.NoGrad()) Assert.That(x.Map(new Bend(1)).RequiresGrad, Is.False);
        Assert.That(() => x.Map(new Bend(1), static (dy, _) => dy.Sum(0)).Sum().Backward(),
            Throws.InvalidOperationException.With.Message.Contains("gradient of input 0").And.Message.Contains("(2, 3)"));
        Assert.That(() => x.Map(new Bend(1), static (_, _) => null!).Sum().Backward(),
            Throws.InvalidOperationException.With.Message.EqualTo("bend: the gradient of input 0 is null."));
        Assert.That(() => x.Combine(new Blend(), b, static (dy, _, b) => b).Sum().Backward(),
            Throws.InvalidOperationException.With.Message.Contains("(3)"));
    }

    [Test]
    public void On_a_GPU_a_functors_own_kernel_runs()
    {
        using var emulated = EmulatedDevice.Create();
        var device = emulated.Device;
        float[] x = Make.Numbers(1000, 3);
        using (device.Scope())
        {
            Near.All(device.From(x, new Shape(10, 100)).Map(new Bend(0.5f)).ToArray(),
                [.. x.Select(static v => v + 0.5 * v * v)], 1e-6);
        }
        Assert.That(emulated.Launched, Does.Contain("bend_f32"));
        var c = Cases[0];
        Support.GradCheck.First(device, c);
        Support.GradCheck.Second(device, c);
    }

    [Test]
    public void On_a_GPU_a_functor_without_a_kernel_is_told_and_so_is_one_with_too_many_constants()
    {
        using var emulated = EmulatedDevice.Create();
        var device = emulated.Device;
        using var scope = device.Scope();
        Assert.That(() => device.Of(2).Combine(new Blend(), device.Of(2)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("blend_f32").And.Message.Contains("says by Twin"));
        Assert.That(() => device.Of(2).Map(new Three(1, 2, 3)),
            Throws.ArgumentException.With.Message.Contains("Three has 12 bytes"));
    }
}
