using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>Which of cuDNN's engines a convolution gets, when, and what is done where there is none.</summary>
sealed class ConvPlanTests
{
    const string Execute = "cudnnBackendExecute", PlainForward = "cudnnConvolutionForward";

    static readonly CudaOptions s_timed = new() { Autotune = true };

    [Test]
    public void Engines_are_chosen_by_their_notes()
    {
        using var exact = new ConvRig();
        Assert.That(exact.Ran(() => exact.Forward()), Is.EqualTo([17]),
            "F32 without tensor cores, transforms, a gibibyte of workspace");
        Assert.That(exact.Ran(exact.Filter), Is.EqualTo([17]), "and repeatable");
        exact.Cuda.AllowTf32 = true;
        Assert.That(exact.Ran(() => exact.Forward()), Is.EqualTo([DnnEngine.Tensor]),
            "TF32 without lesser arithmetic, and without a compilation");
        Assert.That(exact.Ran(exact.Filter), Is.EqualTo([DnnEngine.Tensor]), "and repeatable");
        using var half = new ConvRig(type: DType.BF16);
        Assert.That(half.Ran(() => half.Forward()), Is.EqualTo([DnnEngine.Tensor]));
        Assert.That(exact.Cuda.Notices.Concat(half.Cuda.Notices), Is.Empty);
    }

    [Test]
    public void A_plan_is_made_once_for_each_convolution()
    {
        using var rig = new ConvRig();
        rig.Forward();
        long before = rig.Device.Calls("cudnnBackendFinalize");
        for (int i = 0; i < 3; i++) rig.Forward();
        Assert.That(rig.Device.Calls("cudnnBackendFinalize") - before, Is.EqualTo(3), "one variant pack a call");
        rig.Cuda.AllowTf32 = true;
        rig.Forward();
        Assert.That(rig.Device.Calls("cudnnBackendFinalize") - before, Is.GreaterThan(5));
    }

    [Test]
    public void Without_the_graph_interface_the_plain_one_serves_and_a_sentence_says_so()
    {
        using var rig = new ConvRig(new EmulatorOptions { MissingFunctions = ["cudnnBackendExecute"] });
        rig.Forward(bias: true);
        Assert.That((rig.Device.Calls(PlainForward), rig.Cuda.Notices.Single()),
            Is.EqualTo((1L,
                "Convolutions on cuda:0 run on cuDNN's plain interface: it lacks the function cudnnBackendExecute.")));
    }

    [Test]
    public void Without_an_engine_the_plain_interface_serves_and_one_sentence_says_so()
    {
        using var rig = new ConvRig(new EmulatorOptions { Engines = [DnnEngine.Broken, DnnEngine.Hungry] });
        rig.Forward();
        rig.Filter();
        Assert.That((rig.Device.Calls(PlainForward), rig.Device.Calls(Execute)), Is.EqualTo((1L, 0L)));
        Assert.That(rig.Cuda.Notices.Single(), 
            Does.StartWith("cuDNN's graph interface does not run Forward of (2, 8, 8, 8)").And.Contains("no engine"));
    }

    [Test]
    public void A_graph_that_is_refused_is_quoted()
    {
        using var rig = new ConvRig(new EmulatorOptions { Failures = [new("cudnnBackendSetAttribute", 3001)] });
        rig.Forward();
        Assert.That(rig.Device.Calls(PlainForward), Is.EqualTo(1));
        Assert.That(rig.Cuda.Notices.Single(),
            Does.Contain("Setting TensorType of a cuDNN descriptor failed").And.Contains("(3001)"));
    }

    [Test]
    public void Without_any_way_our_kernels_serve_and_a_sentence_says_so()
    {
        using var rig = new ConvRig(new EmulatorOptions { Failures = [new("cudnnGetConvolutionForwardAlgorithm_v7", 3000)],
            Engines = [] });
        rig.Forward();
        Assert.That((rig.Device.Calls(PlainForward), rig.Device.Calls(Execute)), Is.EqualTo((0L, 0L)));
        Assert.That(rig.Cuda.Notices, Has.Count.EqualTo(2));
        Assert.That(rig.Cuda.Notices[1],
            Does.StartWith("cuDNN has no way to run Forward of").And.EndsWith("our own kernels run it."));
    }

    [Test]
    public void The_bias_is_fused_where_an_engine_does_that([Values] DType type)
    {
        if (type is not (DType.F32 or DType.BF16)) return;
        using var fused = new ConvRig(new EmulatorOptions { Engines = [DnnEngine.Compiled, DnnEngine.Fused] }, type: type);
        using var apart = new ConvRig(type: type);
        long launches = fused.Cuda.Counters.Launches, other = apart.Cuda.Counters.Launches;
        fused.Forward(bias: true);
        apart.Forward(bias: true);
        Assert.That((fused.Cuda.Counters.Launches - launches, apart.Cuda.Counters.Launches - other), Is.EqualTo((0L, 1L)));
        if (type == DType.F32) Assert.That(fused.Read(fused.Y), Is.EqualTo(apart.Read(apart.Y)));
    }

    [TestCase(true, new[] { DnnEngine.Fused }, 0, TestName = "ReLU and bias are fused where an engine does both")]
    [TestCase(false, new[] { DnnEngine.Fused }, 0, TestName = "ReLU alone is fused where an engine does that")]
    [TestCase(true, new[] { DnnEngine.Plain }, 1, TestName = "One pass adds the bias and applies ReLU")]
    [TestCase(false, new[] { DnnEngine.Plain }, 1, TestName = "ReLU without a bias is one pass")]
    public void Relu(bool bias, int[] engines, int launches)
    {
        using var rig = new ConvRig(new EmulatorOptions { Engines = engines });
        using var plain = new ConvRig(new EmulatorOptions { Engines = [DnnEngine.Plain] });
        long before = rig.Cuda.Counters.Launches;
        rig.ForwardRelu(bias);
        Assert.That(rig.Cuda.Counters.Launches - before, Is.EqualTo(launches));
        plain.Forward(bias);
        var expected = MemoryMarshal.Cast<byte, float>(plain.Read(plain.Y)).ToArray();
        Assert.That(MemoryMarshal.Cast<byte, float>(rig.Read(rig.Y)).ToArray(),
            Is.EqualTo(expected.Select(static v => Math.Max(v, 0))));
        Assert.That(rig.Cuda.Notices, Is.Empty);
    }

    [Test]
    public void A_fused_relu_keeps_a_nan_or_is_not_fused([Values] bool refused)
    {
        // A graph without ReLU is left where this cuDNN would turn a NaN into 0.
        using var rig = new ConvRig(new EmulatorOptions { Engines = [DnnEngine.Plain, DnnEngine.Fused],
            RefusesNanPropagation = refused });
        rig.Cuda.Fill(rig.X, float.NaN);
        long before = rig.Cuda.Counters.Launches;
        Assert.That(rig.Ran(() => rig.ForwardRelu()), Is.EqualTo([DnnEngine.Fused]));
        Assert.That(rig.Cuda.Counters.Launches - before, Is.EqualTo(refused ? 1 : 0), "the pass that applies ReLU");
        Assert.That(MemoryMarshal.Cast<byte, float>(rig.Read(rig.Y)).ToArray(), Has.All.NaN);
        Assert.That(rig.Cuda.Notices, Is.Empty);
    }

    [Test]
    public void A_cudnn_that_knows_no_fused_graph_runs_the_convolution_alone(
        [Values(DnnBackendDescriptor.Pointwise, DnnBackendDescriptor.PointwiseOperation)] int refused)
    {
        using var rig = new ConvRig(new EmulatorOptions { Engines = [DnnEngine.Plain, DnnEngine.Fused],
            RefusedDescriptor = refused });
        Assert.That(rig.Ran(() => rig.ForwardRelu()), Is.EqualTo([DnnEngine.Plain]));
        Assert.That(rig.Ran(() => rig.Forward(bias: true)), Is.EqualTo([DnnEngine.Plain]));
        Assert.That(rig.Cuda.Notices, Is.Empty);
    }

    [Test]
    public void A_list_that_cudnn_cannot_give_is_an_empty_one()
    {
        // The first attribute that is read is how many engines there are for the graph that ends in ReLU.
        var machine = new EmulatorOptions { Engines = [17, DnnEngine.Fused],
            Failures = [new("cudnnBackendGetAttribute", 3000, Call: 1)] };
        using var rig = new ConvRig(machine);
        Assert.That((rig.Ran(() => rig.ForwardRelu()), rig.Cuda.Notices.Count), Is.EqualTo((new[] { 17 }, 0)));
    }

    [Test]
    public void Few_of_the_plans_that_are_compiled_are_timed()
    {
        var times = new Dictionary<int, double> { [DnnEngine.Tensor] = 1e4, [DnnEngine.Compiled] = 10 };
        var machine = new EmulatorOptions { Engines = [DnnEngine.Tensor, DnnEngine.Compiled], EngineMilliseconds = times };
        using var rig = new ConvRig(machine, s_timed, DType.BF16);
        // It is listed for each of the three graphs: with bias and ReLU, with the bias, alone.
        Assert.That(rig.Ran(() => rig.ForwardRelu()), Is.EqualTo([DnnEngine.Tensor, DnnEngine.Compiled]));
        Assert.That(rig.Device.Runs(DnnEngine.Compiled), Is.EqualTo(2 * (1 + 5) + 1),
            "two plans, a warm-up and five that count, and the call's own");
    }

    [Test]
    public void A_fused_relu_is_measured_against_one_applied_apart()
    {
        var slow = new Dictionary<int, double> { [17] = 1e4, [DnnEngine.Plain] = 1e4 };
        using var rig = new ConvRig(new EmulatorOptions { EngineMilliseconds = slow }, s_timed);
        long launches = 0;
        rig.ForwardRelu();
        Assert.That(rig.Ran(() =>
        {
            launches = rig.Cuda.Counters.Launches;
            rig.ForwardRelu();
            launches = rig.Cuda.Counters.Launches - launches;
        }), Is.EqualTo([DnnEngine.Fused]));
        Assert.That(launches, Is.LessThanOrEqualTo(1), "with ReLU in the graph, or with the bias alone");
    }

    [Test]
    public void The_plan_that_is_measured_to_be_the_fastest_is_kept([Values(DnnEngine.Plain, 17)] int fastest)
    {
        var times = new[] { 17, DnnEngine.Plain }.ToDictionary(static e => e, e => e == fastest ? 1000.0 : 2000.0);
        using var rig = new ConvRig(new EmulatorOptions { EngineMilliseconds = times }, s_timed);
        Assert.That(rig.Ran(() => rig.Forward()), Is.EqualTo([17, DnnEngine.Plain]), "all that fit were timed");
        Assert.That(rig.Ran(() => rig.Forward()), Is.EqualTo([fastest]));
        Assert.That(rig.Device.Runs(fastest), Is.EqualTo(1 + 5 + 1 + 1),
            "a warm-up, five that count, the call's own, the second call's");
    }

    [Test]
    public void A_fused_bias_is_measured_against_one_added_apart()
    {
        var slow = new Dictionary<int, double> { [17] = 1e4, [DnnEngine.Plain] = 1e4 };
        using var rig = new ConvRig(new EmulatorOptions { EngineMilliseconds = slow }, s_timed);
        Assert.That(rig.Ran(() => rig.Forward(bias: true)), Is.EqualTo([17, DnnEngine.Plain, DnnEngine.Fused]));
        Assert.That(rig.Ran(() => rig.Forward(bias: true)), Is.EqualTo([DnnEngine.Fused]));
    }

    [Test]
    public void Only_measuring_can_choose_a_plan_that_varies_and_deterministic_forbids_it([Values] bool timed,
        [Values] bool deterministic)
    {
        var slow = Enumerable.Range(11, 10).ToDictionary(static e => e, static _ => 1e4);
        var options = new CudaOptions { AllowTf32 = true, Autotune = timed, Deterministic = deterministic };
        using var rig = new ConvRig(new EmulatorOptions { EngineMilliseconds = slow }, options);
        rig.Filter();
        Assert.That(rig.Ran(rig.Filter).Single() == DnnEngine.Varying, Is.EqualTo(timed && !deterministic));
        Assert.That(rig.Cuda.Arithmetic.Contains("may vary", StringComparison.Ordinal), Is.EqualTo(timed && !deterministic));
    }

    [Test]
    public void An_engine_that_fails_while_it_is_timed_is_passed_over()
    {
        using var rig = new ConvRig(new EmulatorOptions { Failures = [new(Execute, 5000, Call: 3)] }, s_timed);
        rig.Forward();
        Assert.That(rig.Cuda.Notices.Single(), Does.StartWith("cuDNN's engine 17 was passed over").And.Contains("(5000)"));
        Assert.That(rig.Ran(() => rig.Forward()), Is.EqualTo([DnnEngine.Plain]));
    }

    [Test]
    public void A_plan_that_was_made_before_is_captured_and_one_that_was_not_is_refused()
    {
        using var rig = new ConvRig(options: s_timed);
        rig.Forward(bias: true);
        byte[] eager = rig.Read(rig.Y);
        rig.Cuda.Fill(rig.Y, 0);
        rig.Cuda.BeginCapture();
        rig.Forward(bias: true);
        using (var graph = rig.Cuda.EndCapture())
        {
            Assert.That(rig.Read(rig.Y), Is.Not.EqualTo(eager));
            graph.Replay();
            Assert.That(rig.Read(rig.Y), Is.EqualTo(eager));
        }
        rig.Cuda.BeginCapture();
        Assert.That(() => rig.Forward(), 
            Throws.InvalidOperationException.With.Message.Contains("Forward of (2, 8, 8, 8)")
                .And.Message.Contains("run the step once"));
        rig.Cuda.AbandonCapture();
    }
}
