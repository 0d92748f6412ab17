using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class GraphCallTests
{
    static nint Capture(Machine m, nint stream, Action work)
    {
        nint graph = 0;
        m.Ok("cuStreamBeginCapture_v2", stream, 2);
        work();
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
        return graph;
    }

    static nint Instantiate(Machine m, nint graph)
    {
        nint exec = 0;
        m.Ok("cuGraphInstantiateWithFlags", Out(ref exec), graph, 0);
        return exec;
    }

    [Test]
    public void A_replay_runs_the_captured_parameters_on_present_data()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f, 10f), f = m.Function(m.Load(SamplePtx.Kernels), "increment"), array = x;
        int count = 1;
        nint exec = Instantiate(m, Capture(m, stream, () =>
        {
            Assert.That(m.Launch(f, 1, 32, stream, Out(ref array), Out(ref count)), Is.Zero);
            Assert.That(m.Launch(f, 1, 32, stream, Out(ref array), Out(ref count)), Is.Zero);
        }));
        (array, count) = (0, 2);
        m.Ok("cuGraphUpload", exec, stream);
        for (int i = 0; i < 3; i++) m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 2), Is.EqualTo([7f, 10f]));
    }

    [Test]
    public void A_launch_waits_like_other_work()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f);
        float* host = m.Pinned(1);
        nint exec = Instantiate(m, Capture(m, stream, () => m.Ok("cuMemcpyDtoHAsync_v2", (nint)host, x, 4, stream)));
        m.Ok("cuGraphLaunch", exec, stream);
        Assert.That(float.IsNaN(*host));
        m.Ok("cuGraphExecDestroy", exec);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(*host, Is.EqualTo(1f), "a queued launch outlives its graph");
    }

    [Test]
    public void An_executable_graph_outlives_its_graph()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), graph = Capture(m, stream, () => m.Ok("cuMemsetD32Async", x, 0, 1, stream)),
            exec = Instantiate(m, graph), nodes = 0;
        m.Ok("cuGraphDestroy", graph);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([0f]));
        m.Fails(400, "cuGraphDestroy", graph);
        m.Fails(400, "cuGraphGetNodes", graph, 0, Out(ref nodes));
        m.Fails(400, "cuGraphInstantiateWithFlags", Out(ref nodes), graph, 0);
        m.Ok("cuGraphExecDestroy", exec);
        m.Fails(400, "cuGraphExecDestroy", exec);
        m.Fails(400, "cuGraphLaunch", exec, stream);
    }

    [Test]
    public void Nodes_can_be_counted()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), count = 0;
        nint graph = Capture(m, stream, () =>
        {
            for (int i = 0; i < 3; i++) m.Ok("cuMemsetD32Async", x, i, 1, stream);
        });
        m.Ok("cuGraphGetNodes", graph, 0, Out(ref count));
        Assert.That(count, Is.EqualTo((nint)3));
        nint* nodes = stackalloc nint[4];
        count = 4;
        m.Ok("cuGraphGetNodes", graph, (nint)nodes, Out(ref count));
        Assert.That((count, nodes[0] != 0, nodes[2] != nodes[1], nodes[3]), Is.EqualTo(((nint)3, true, true, (nint)0)));
        m.Fails(1, "cuGraphGetNodes", graph, 0, 0);
        m.Fails(1, "cuGraphInstantiateWithFlags", 0, graph, 0);
    }

    [Test]
    public void An_update_takes_a_graph_of_the_same_shape()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), f = m.Function(m.Load(SamplePtx.Kernels), "increment");
        nint set = Capture(m, stream, () => m.Ok("cuMemsetD32Async", x, 0, 1, stream));
        nint exec = Instantiate(m, set);
        nint other = Capture(m, stream, () => m.Ok("cuMemsetD32Async", x, 0x40000000, 1, stream));
        nint longer = Capture(m, stream, () =>
        {
            m.Ok("cuMemsetD32Async", x, 0, 1, stream);
            m.Ok("cuMemsetD32Async", x, 0, 1, stream);
        });
        nint kernel = Capture(m, stream, () => Assert.That(m.LaunchOn(f, x, 1, stream), Is.Zero));
        int* info = stackalloc int[6];
        m.Ok("cuGraphExecUpdate_v2", exec, other, (nint)info);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([2f]));
        m.Fails(910, "cuGraphExecUpdate_v2", exec, longer, (nint)info);
        Assert.That(info[0], Is.EqualTo(2));
        m.Fails(910, "cuGraphExecUpdate_v2", exec, kernel, (nint)info);
        Assert.That(info[0], Is.EqualTo(3));
        m.Fails(1, "cuGraphExecUpdate_v2", exec, other, 0);
    }

    [Test]
    public void A_replay_on_freed_memory_is_a_fault()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f),
            exec = Instantiate(m, Capture(m, stream, () => m.Ok("cuMemsetD32Async", x, 0, 1, stream)));
        m.Ok("cuMemFree_v2", x);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Fails(700, "cuStreamSynchronize", stream);
    }

    [Test]
    public void A_replay_on_freed_pinned_memory_is_a_fault()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), host = (nint)m.Pinned(1);
        nint exec = Instantiate(m, Capture(m, stream, () => m.Ok("cuMemcpyHtoDAsync_v2", x, host, 4, stream)));
        m.Ok("cuMemFreeHost", host);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Fails(700, "cuStreamSynchronize", stream);
        Assert.That(m.ErrorText(700), Does.Contain("pinned memory").And.Contain("freed"));
    }

    [Test]
    public void A_graph_can_be_captured_into_another()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), f = m.Function(m.Load(SamplePtx.Kernels), "increment");
        nint inner = Instantiate(m, Capture(m, stream, () => Assert.That(m.LaunchOn(f, x, 1, stream), Is.Zero)));
        nint outer = Instantiate(m, Capture(m, stream, () =>
        {
            m.Ok("cuGraphLaunch", inner, stream);
            m.Ok("cuGraphLaunch", inner, stream);
        }));
        m.Ok("cuGraphLaunch", outer, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([3f]));
    }

    [Test]
    public void Graphs_that_stay_are_leaks()
    {
        using var m = new Machine();
        nint stream = m.Stream();
        Instantiate(m, Capture(m, stream, () => { }));
        Assert.That(m.Cuda.Leaks(), Has.Some.StartsWith("graph").And.Some.StartsWith("executable graph"));
    }
}
