using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.OwnCode;

/// <summary>How NVRTC is called, by a library that answers as the test says: with PTX that clang made.</summary>
sealed class NvrtcTests
{
    static readonly ElementwiseTwin s_twin = ElementwiseTwin.Unary("bend", "x + p * x * x");

    static Device Open(ISymbolSource source) => new(new CudaBackend(source, 0, new CudaOptions { UseLibraries = false }));

    static readonly KernelModule s_module =
        KernelModule.FromCuda("mine.cu", "extern \"C\" __global__ void scaled(...)", "-DTILE=16");

    static void Launch(Device device) =>
        ((CudaBackend)device.Backend).Launch(s_module.Entry("bend_f32"), new LaunchShape(1, 1), (1L, 2L, 0L, 0L));

    [Test]
    public void A_source_is_compiled_once_a_device_for_its_architecture_with_the_users_options()
    {
        using var machine = new EmulatedCuda();
        var compiler = new ScriptedCompiler(machine, OwnPtx.Bend);
        using (var device = Open(compiler))
        {
            Launch(device);
            Launch(device);
        }
        Assert.That(compiler.Sources, Is.EqualTo(new[] { ("mine.cu", "extern \"C\" __global__ void scaled(...)") }));
        Assert.That(compiler.Options, Is.EqualTo(new[] { "--gpu-architecture=compute_90", "-DTILE=16" }));
        Assert.That(compiler.Live, Is.Zero);
    }

    [Test]
    public void A_newer_device_gets_what_the_compiler_knows_and_an_older_one_is_told()
    {
        using var machine = new EmulatedCuda(new EmulatorOptions { ComputeCapability = 86 });
        var compiler = new ScriptedCompiler(machine, OwnPtx.Bend, architectures: [75, 80, 90]);
        using (var device = Open(compiler)) Launch(device);
        Assert.That(compiler.Options[0], Is.EqualTo("--gpu-architecture=compute_80"));
        using var old = Open(new ScriptedCompiler(machine, OwnPtx.Bend, architectures: [90, 100]));
        Assert.That(() => Launch(old),
            Throws.TypeOf<DeviceException>().With.Message.Contains("8.6 or older").And.Message.EndsWith("9.0."));
    }

    [TestCase(6, "does not compile mine.cu:\nmine.cu(3): error: x")]
    [TestCase(5, "refuses mine.cu with NVRTC_ERROR_SCRIPTED (5): mine.cu(3): error: x")]
    public void What_the_compiler_says_is_the_message(int status, string message)
    {
        using var machine = new EmulatedCuda();
        var compiler = new ScriptedCompiler(machine, "", status, "mine.cu(3): error: x");
        using var device = Open(compiler);
        Assert.That(() => Launch(device), Throws.TypeOf<DeviceException>().With.Message.EndsWith(message));
        Assert.That(compiler.Live, Is.Zero);
    }

    [Test]
    public void Without_it_a_source_says_what_was_tried_and_what_else_would_do()
    {
        using var machine = new EmulatedCuda();
        using var device = Open(machine);
        Assert.That(() => Launch(device), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            "Nvrtc was not found: install NVRTC 12 or 13, for example with pip install nvidia-cuda-nvrtc-cu12, or give the "
            + "kernels as PTX (tried libnvrtc.so.12)."));
    }

    [Test]
    public void A_functors_expression_stands_in_its_source()
    {
        Assert.That(s_twin.Source, Does.Contain("float f(float x, float p, float q) { return x + p * x * x; }"));
        Assert.That(() => ElementwiseTwin.Unary("a b", "x"), Throws.ArgumentException.With.Message.Contains("a b"));
        Assert.That(() => ElementwiseTwin.Unary("2x", "x"), Throws.ArgumentException);
        Assert.That(() => ElementwiseTwin.Binary("b", " "), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(() => KernelModule.FromPtx("a.ptx", " "), Throws.ArgumentException.With.Message.Contains("a.ptx"));
        Assert.That(() => KernelModule.FromCuda("a.cu", ""), Throws.ArgumentException.With.Message.Contains("a.cu"));
    }

    [TestCase("bend")]
    [TestCase("lean")]
    public void The_sources_that_clang_compiled_are_what_is_written_now(string stem)
    {
        var twin = stem == "bend" ? s_twin : ElementwiseTwin.Binary("lean", "p * a * b - b");
        Assert.That(twin.Source, Is.EqualTo(File.ReadAllText(RepoRoot.At("Gan.Tests", "OwnCode", "Kernels", stem + ".cu"))));
    }
}
