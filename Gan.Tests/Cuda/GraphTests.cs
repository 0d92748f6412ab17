using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Graphs;

namespace Ssgan.Tests.Cuda;

/// <summary>Capture and replay on the emulated device.</summary>
sealed class GraphTests
{
    EmulatedCuda _cuda = null!;
    CudaBackend _backend = null!;

    [SetUp]
    public void Open()
    {
        _cuda = new EmulatedCuda();
        _backend = new CudaBackend(_cuda);
    }

    [TearDown]
    public void Close()
    {
        _backend.Dispose();
        Assert.That(_cuda.Leaks(), Is.Empty);
        _cuda.Dispose();
    }

    TensorView New(int count) => new(_backend.Allocate(count * sizeof(float)), new Shape(count), DType.F32);

    void Free(TensorView view) => _backend.Free(view.Address, view.Bytes);

    float[] Read(TensorView view)
    {
        var values = new float[view.Count];
        _backend.Download(view, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    [Test]
    public void Recording_runs_nothing_and_each_replay_runs_all()
    {
        TensorView x = New(100), one = New(100);
        _backend.Fill(x, 0);
        _backend.Fill(one, 1);
        _backend.BeginCapture();
        _backend.Binary(default(Add), x, one, x);
        _backend.Binary(default(Add), x, one, x);
        using var graph = _backend.EndCapture();
        Assert.That(Read(x), Has.All.EqualTo(0));
        var before = _backend.Counters;
        for (int i = 0; i < 3; i++) graph.Replay();
        var after = _backend.Counters;
        Assert.That(Read(x), Has.All.EqualTo(6));
        Assert.That(after, Is.EqualTo(before with { GraphLaunches = before.GraphLaunches + 3 }));
        Free(x);
        Free(one);
    }

    [Test]
    public void Transfers_and_waits_are_refused_in_a_capture_and_do_not_spoil_it()
    {
        TensorView x = New(4);
        _backend.Fill(x, 1);
        using var point = _backend.CreateEvent();
        using (var empty = Capture(() => { })) { }
        _backend.BeginCapture();
        _backend.Fill(x, 2);
        Assert.That(() => Read(x), Refused("Values were read while a graph was being captured on cuda:0"));
        Assert.That(() => _backend.Upload(new byte[16], x), Refused("Values were uploaded while"));
        Assert.That(_backend.Synchronize, Refused("The device was waited for while"));
        Assert.That(() => _backend.Record(point), Refused("An event was recorded while"));
        Assert.That(() => _backend.WaitFor(point), Refused("An event was waited for while"));
        Assert.That(_backend.BeginCapture, Refused("A graph is being captured on cuda:0 already."));
        using var graph = _backend.EndCapture();
        graph.Replay();
        Assert.That(Read(x), Has.All.EqualTo(2));
        Assert.That(() => _backend.EndCapture(), Refused("No graph is being captured on cuda:0."));
        Free(x);

        static NUnit.Framework.Constraints.IResolveConstraint Refused(string text) =>
            Throws.InvalidOperationException.With.Message.StartsWith(text);
    }

    [Test]
    public void Scratch_that_grows_in_a_capture_stays_as_long_as_a_graph_uses_it()
    {
        nint small = _backend.Scratch(1000), grown = 0;
        var first = Capture(() => Assert.That(_backend.Scratch(1000), Is.EqualTo(small)));
        var second = Capture(() =>
        {
            _backend.Scratch(1000);
            grown = _backend.Scratch(1 << 20);
        });
        Assert.That(grown, Is.Not.EqualTo(small));
        Assert.That(_backend.Scratch(2 << 20), Is.Not.EqualTo(grown));
        // A write to freed memory is a fault on this device.
        Write(small);
        Write(grown);
        first.Dispose();
        Write(small);
        second.Dispose();
        Assert.That(() => Write(grown), Throws.TypeOf<DeviceLostException>());
        _backend.Dispose();
        _cuda.Dispose();
        Open();

        void Write(nint address)
        {
            _backend.Fill(new TensorView(address, new Shape(8), DType.F32), 1);
            _backend.Synchronize();
        }
    }

    [Test]
    public void Memory_freed_in_a_capture_lives_until_its_graph_is_gone()
    {
        TensorView x = New(8), y = New(8);
        _backend.Fill(y, 1);
        var graph = Capture(() =>
        {
            _backend.Fill(x, 3);
            _backend.Unary(default(Neg), x, y);
            Free(x);
        });
        graph.Replay();
        Assert.That(Read(y), Has.All.EqualTo(-3));
        graph.Dispose();
        Free(y);
    }

    [Test]
    public void A_graph_disposed_in_a_capture_leaves_its_memory_to_it()
    {
        TensorView x = New(8);
        var first = Capture(() => _backend.Scratch(1000));
        var second = Capture(() =>
        {
            first.Dispose();
            _backend.Fill(x, 3);
        });
        second.Replay();
        Assert.That(Read(x), Has.All.EqualTo(3));
        second.Dispose();
        Free(x);
    }

    [Test]
    public void An_abandoned_capture_leaves_nothing()
    {
        TensorView x = New(8);
        _backend.Fill(x, 1);
        _backend.BeginCapture();
        _backend.Fill(x, 2);
        _backend.Scratch(1000);
        _backend.AbandonCapture();
        Assert.That(Read(x), Has.All.EqualTo(1));
        Assert.That(_backend.AbandonCapture, Throws.InvalidOperationException);
        Free(x);
    }

    [Test]
    public void A_graph_may_outlive_its_backend_but_runs_no_more()
    {
        TensorView x = New(8);
        var graph = Capture(() => _backend.Fill(x, 2));
        Free(x);
        _backend.Dispose();
        Assert.That(graph.Replay, Throws.TypeOf<ObjectDisposedException>());
        graph.Dispose();
        graph.Dispose();
        Assert.That(graph.Replay, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_backend_is_disposed_of_in_a_capture()
    {
        TensorView x = New(8);
        Free(x);
        _backend.BeginCapture();
        _backend.Scratch(1000);
    }

    CudaGraph Capture(Action work)
    {
        _backend.BeginCapture();
        work();
        return _backend.EndCapture();
    }
}
