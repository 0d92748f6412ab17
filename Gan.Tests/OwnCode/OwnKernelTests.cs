using System.Numerics;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Testing;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.OwnCode;

/// <summary>Kernels of a user's own on the emulated device: they run, and what is wrong with them is told.</summary>
sealed class OwnKernelTests
{
    static readonly double[] s_tripled = [.. Enumerable.Range(0, 64).Select(static i => 3.0 * i)];

    static Tensor Sixty(Device device, int count = 64) =>
        device.From([.. Enumerable.Range(0, count).Select(static i => (float)i)], new Shape(count));

    [Test]
    public void A_kernel_with_several_parameters_takes_a_struct_of_them()
    {
        using var emulated = EmulatedDevice.Create();
        using (emulated.Device.Scope())
            Near.All(OwnPtx.Run("scaled", Sixty(emulated.Device)).ToArray(), s_tripled, 0);
        emulated.Dispose();
        Assert.That(emulated.Launched, Does.Contain("scaled"));
        Assert.That(emulated.Leaks(), Is.Empty);
    }

    [TestCase("overrun", 60, "out of bounds", "after the end of the 240 bytes", "ld.global")]
    [TestCase("unwritten", 64, "nothing wrote", "ld.global")]
    [TestCase("race", 64, "no barrier is between", "shared")]
    public void A_broken_kernel_is_caught_by_its_launch(string entry, int count, params string[] words)
    {
        using var emulated = EmulatedDevice.Create();
        using (emulated.Device.Scope())
        {
            var x = Sixty(emulated.Device, count);
            var e = Assert.Throws<DeviceLostException>(() => OwnPtx.Run(entry, x))!;
            foreach (string word in words.Concat([$"Kernel {entry}", "thread (", $"{entry} of several.ptx", "line "]))
                Assert.That(e.Message, Does.Contain(word));
        }
        Assert.That(() => emulated.Dispose(), Throws.Nothing);
    }

    [TestCase(1), TestCase(2), TestCase(3)]
    public void Its_right_form_passes_in_any_order_of_threads(int seed)
    {
        using var emulated = EmulatedDevice.Create(new() { Seed = seed });
        using var scope = emulated.Device.Scope();
        Near.All(OwnPtx.Run("reversed", Sixty(emulated.Device)).ToArray(), s_tripled, 0);
    }

    static readonly TestCaseData[] s_shapes =
    [
        new(new LaunchShape(0, 64), "a grid of 0 x 1 x 1 blocks"), new(default(LaunchShape), "a grid of 0 x 0 x 0 blocks"),
        new(new LaunchShape(1, 64, BlocksY: 65536), "a grid of 1 x 65536 x 1"),
        new(new LaunchShape(1, 0), "a block of 0 x 1 x 1"),
        new(new LaunchShape(1, 64, ThreadsY: 32), "a block of 64 x 32 x 1"),
        new(new LaunchShape(1, 1, ThreadsZ: 65), "a block of 1 x 1 x 65"),
        new(new LaunchShape(1, 64, SharedBytes: -1), "-1 bytes of shared memory"),
        new(new LaunchShape(1, 64, SharedBytes: 1 << 20), "1048576 bytes of dynamic shared memory"),
        new(new LaunchShape(1, 256), "a block of 256 threads; at most 128"),
    ];

    [TestCaseSource(nameof(s_shapes))]
    public void An_impossible_launch_is_refused_before_the_driver_is_asked(LaunchShape shape, string words)
    {
        using var emulated = EmulatedDevice.Create();
        using var scope = emulated.Device.Scope();
        Assert.That(() => OwnPtx.Run("dynamic", Sixty(emulated.Device), shape: shape),
            Throws.ArgumentException.With.Message.StartsWith("dynamic of several.ptx: ").And.Message.Contains(words));
    }

    [Test]
    public void Much_shared_memory_is_asked_for_where_a_launch_needs_it()
    {
        using var emulated = EmulatedDevice.Create();
        using var scope = emulated.Device.Scope();
        var y = OwnPtx.Run("dynamic", Sixty(emulated.Device), shape: new LaunchShape(1, 64, SharedBytes: 100 << 10));
        Near.All(y.ToArray(), [.. s_tripled.Select(static v => v / 3)], 0);
    }

    [Test]
    public void A_struct_of_another_size_a_missing_kernel_and_a_text_that_is_none_are_told()
    {
        using var emulated = EmulatedDevice.Create();
        var cuda = (CudaBackend)emulated.Device.Backend;
        var one = new LaunchShape(1, 1);
        Assert.That(() => cuda.Launch(OwnPtx.Several.Entry("scaled"), one, (1L, 2L)),
            Throws.ArgumentException.With.Message.EqualTo(
            "scaled of several.ptx takes 24 bytes (scaled_param_0: 8 at 0, scaled_param_1: 8 at 8, scaled_param_2: 4 at 16, "
            + "scaled_param_3: 4 at 20), but the struct ValueTuple`2 has 16 bytes."));
        Assert.That(() => cuda.Launch(OwnPtx.Several.Entry("nothing"), one, 1), Throws.TypeOf<DeviceException>().With.Message
            .EqualTo("several.ptx has no kernel nothing; it has scaled, overrun, unwritten, race, reversed, dynamic."));
        Assert.That(() => cuda.Launch(KernelModule.FromPtx("page.txt", "no PTX").Entry("k"), one, 1),
            Throws.TypeOf<DeviceException>().With.Message.StartsWith("page.txt has no entry point"));
        var bad = KernelModule.FromPtx("bad.ptx",
            ".version 7.0\n.target sm_75\n.address_size 64\n.visible .entry k()\n{\nnonsense;\n}\n");
        Assert.That(() => cuda.Launch(bad.Entry("k"), one, 1),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Loading bad.ptx").And.Message.Contains("nonsense"));
        emulated.Dispose();
        Assert.That(() => cuda.Launch(OwnPtx.Several.Entry("scaled"), one, 1), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_captured_graph_replays_it()
    {
        using var emulated = EmulatedDevice.Create();
        var device = emulated.Device;
        using var x = Sixty(device);
        using var y = device.Zeros(new Shape(64));
        void Step()
        {
            using var scope = device.Scope();
            y.CopyFrom(OwnPtx.Run("scaled", x));
        }
        Step();
        using var graph = device.Capture(Step);
        x.CopyFrom<float>([.. Enumerable.Range(0, 64).Select(static i => i / 3f)]);
        graph.Replay();
        Near.All(y.ToArray(), [.. Enumerable.Range(0, 64).Select(static i => (double)i)], 1e-6);
    }

    readonly record struct Lean(float P) : IBinary
    {
        public static string Name => "lean";
        public static ElementwiseTwin? Twin { get; } = ElementwiseTwin.Binary("lean", "p * a * b - b").WithPtx(OwnPtx.Lean);
        public float Invoke(float a, float b) => P * a * b - b;
        public Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.Create(P) * a * b - b;
    }

    static readonly int[][][] s_operands = [[[3, 4], [3, 4]], [[3, 4], [4]], [[2, 1, 3, 1], [1, 4, 1, 2]], [[], [5]], [[0], [1]]];

    [TestCaseSource(nameof(s_operands))]
    public void A_binary_functors_kernel_broadcasts_as_the_CPU_does(int[] a, int[] b)
    {
        using var emulated = EmulatedDevice.Create();
        using var host = Device.Cpu(1);
        var results = new List<float[]>();
        foreach (var device in (Device[])[host, emulated.Device])
        {
            using var scope = device.Scope();
            results.Add(device.Leaf(1, a).Detach().Combine(new Lean(2.5f), device.Leaf(2, b).Detach()).ToArray());
        }
        Assert.That(results[1], Is.EqualTo(results[0]));
    }

    [Test]
    public void Storage_in_BF16_rounds_to_the_nearest()
    {
        using var emulated = EmulatedDevice.Create();
        var device = emulated.Device;
        using var scope = device.Scope();
        float[] x = [1, 1.0078125f, -3, float.NaN, float.PositiveInfinity];
        var wide = device.From(x, new Shape(5)).Map(new Ops.MapTests.Bend(0.01f)).Cast(DType.BF16).Cast(DType.F32).ToArray();
        var narrow = device.From(x, new Shape(5)).Cast(DType.BF16).Map(new Ops.MapTests.Bend(0.01f)).Cast(DType.F32).ToArray();
        Assert.That(narrow, Is.EqualTo(wide));
    }

    [Test]
    public void A_signature_is_read_as_compilers_write_it()
    {
        const string Ptx = """
            // .visible .entry gone(.param .u64 a)
            .visible .entry one(
                .param .align 16 .b8 one_param_0[36]   // a struct
            )
            .entry two ( .param .u64 .ptr .global .align 16 p, .param .u8 q, .param .f64 r ) .maxntid 64 { }
            .visible .entry none { ret; }
            """;
        var found = PtxSignature.Of(Ptx);
        Assert.That(found.Keys, Is.EqualTo(new[] { "one", "two", "none" }));
        Assert.That(found["one"].ToString(), Is.EqualTo("36 bytes (one_param_0: 36 at 0)"));
        Assert.That(new[] { 35, 36, 40, 48 }.Where(found["one"].Takes), Is.EqualTo(new[] { 36, 48 }));
        Assert.That(found["two"].Parameters, Is.EqualTo(new PtxParameter[] { new("p", 0, 8), new("q", 8, 1), new("r", 16, 8) }));
        Assert.That(found["none"].ToString(), Is.EqualTo("nothing"));
    }
}
