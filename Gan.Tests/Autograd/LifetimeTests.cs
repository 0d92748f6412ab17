using System.Runtime.CompilerServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class LifetimeTests
{
    Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Cpu(1);

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Keep_moves_a_tensor_exactly_one_scope_out()
    {
        using var leaks = new NoLeaks(_device);
        Tensor twice, once;
        using (_device.Scope())
        {
            using (_device.Scope())
            {
                using (_device.Scope())
                {
                    once = _device.Of(3).Keep();
                    twice = _device.Values([1], 5).Keep().Keep();
                }
                Near.All(once.ToArray(), new double[3]);
            }
            Assert.That(() => once.ToArray(), Throws.InstanceOf<ObjectDisposedException>());
            Near.All(twice.ToArray(), [5]);
            twice.Keep();
        }
        Near.All(twice.Keep().ToArray(), [5]);
        twice.Dispose();
        twice.Dispose();
    }

    [Test]
    public void A_tensor_made_outside_any_scope_is_the_callers()
    {
        using var leaks = new NoLeaks(_device);
        var x = _device.Values([2], 1, 2);
        using (_device.Scope()) _ = x + x;
        Near.All(x.ToArray(), [1, 2]);
        x.Dispose();
    }

    [Test]
    public void Own_takes_a_tensor_out_of_all_scopes()
    {
        using var leaks = new NoLeaks(_device);
        Tensor x;
        using (_device.Scope()) using (_device.Scope()) x = _device.Values([2], 1, 2).Own();
        Near.All(x.ToArray(), [1, 2]);
        x.Dispose();
    }

    [Test]
    public void Use_after_the_scope_names_the_line_that_opened_it()
    {
        Tensor x;
        int line;
        using (_device.Scope())
        {
            line = Line() - 2;
            x = _device.Leaf(1, 2, 3).Exp();
        }
        foreach (Action use in new Action[] { () => x.ToArray(), () => _ = x + 1, () => x.Keep(),
            () => x.Reshape(6), () => x.Detach() })
        {
            var e = Assert.Throws<ObjectDisposedException>(() => use());
            Assert.That(e!.Message, Does.Contain($"LifetimeTests.cs:{line}").And.Contain("Exp (2, 3) F32").And.Contain("Keep()"));
        }
        Assert.That(x.ToString(), Does.Contain("released"));
    }

    [Test]
    public void Use_after_dispose_says_so()
    {
        var x = _device.Of(2);
        x.Dispose();
        Assert.That(() => x.ToArray(),
            Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("disposed and then used"));
    }

    [Test]
    public void Tracing_names_the_line_that_made_a_tensor()
    {
        _device.TraceCallSites = true;
        Tensor x;
        using (_device.Scope()) x = MakeOne();
        Assert.That(() => x.ToArray(), Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains(nameof(MakeOne)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Tensor MakeOne() => _device.Zeros(new Shape(2));

    [Test]
    public void Scopes_end_in_the_reverse_order()
    {
        using var leaks = new NoLeaks(_device);
        var outer = _device.Scope();
        var inner = _device.Scope();
        _ = _device.Of(4);
        var e = Assert.Throws<InvalidOperationException>(outer.Dispose);
        Assert.That(e!.Message, Does.Contain("LifetimeTests.cs").And.Contain("still open"));
        inner.Dispose();
        outer.Dispose();
    }

    [Test]
    public void A_scope_that_is_disposed_again_leaves_a_later_one_alone()
    {
        using var leaks = new NoLeaks(_device);
        var first = _device.Scope();
        first.Dispose();
        Tensor later;
        using (_device.Scope())
        {
            var x = _device.Values([1], 4);
            first.Dispose();
            Near.All(x.ToArray(), [4]);
            later = x + 1;
        }
        Assert.That(() => later.ToArray(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void An_operation_outside_any_scope_is_refused_and_leaves_nothing()
    {
        using var leaks = new NoLeaks(_device);
        using var x = _device.Leaf(1, 3);
        Assert.That(() => x.Exp(), Throws.InvalidOperationException.With.Message.Contains("outside any tensor scope"));
        Assert.That(() => x.Conv2d(x), Throws.ArgumentException);
        Assert.That(() => x + x, Throws.InvalidOperationException);
        Assert.That(() => x.Reshape(3, 1), Throws.InvalidOperationException);
        Assert.That(() => x.Sum(), Throws.InvalidOperationException);
        using (_device.NoGrad())
        {
            Assert.That(() => x.Exp(), Throws.InvalidOperationException);
            Assert.That(() => x.Sum(), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Only_the_thread_that_opened_a_scope_may_use_it()
    {
        using (_device.Scope())
        {
            Exception? caught = null;
            var thread = new Thread(() =>
            {
                try
                {
                    _device.Of(3);
                }
                catch (InvalidOperationException e)
                {
                    caught = e;
                }
            });
            thread.Start();
            thread.Join();
            Assert.That(caught?.Message, Does.Contain("one thread at a time"));
        }
        // Between steps it may move to another thread.
        float sum = 0;
        var next = new Thread(() =>
        {
            using var scope = _device.Scope();
            sum = _device.Values([2], 1, 2).Sum().Item();
        });
        next.Start();
        next.Join();
        Assert.That(sum, Is.EqualTo(3));
    }

    static int Line([CallerLineNumber] int line = 0) => line;
}
