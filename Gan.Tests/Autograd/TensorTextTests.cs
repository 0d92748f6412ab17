using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class TensorTextTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void Values_stand_in_brackets_and_of_many_the_edges(bool cuda)
    {
        using var emulator = cuda ? new EmulatedCuda() : null;
        using var device = emulator is null ? Device.Cpu(1) : new Device(new CudaBackend(emulator));
        using var scope = device.Scope();
        Assert.That(Text(device.Values([2, 2], 1, -2.5f, 1e-7f, float.NaN)), Is.EqualTo("[[1, -2.5],\n [1E-07, NaN]]"));
        Assert.That(Text(device.Scalar(3)), Is.EqualTo("3"));
        Assert.That(Text(device.Of(0)), Is.EqualTo("[]"));
        Assert.That(Text(device.From([7, -8], [2, 1, 1])), Is.EqualTo("[[[7]],\n\n [[-8]]]"));
        Assert.That(Text(device.Full(new Shape(2), 1.5f).Cast(DType.BF16)), Is.EqualTo("[1.5, 1.5]"));
        float[] many = [.. Enumerable.Range(0, 2000).Select(static i => (float)i)];
        Assert.That(Text(device.From(many, [2000])), Is.EqualTo("[0, 1, 2, ..., 1997, 1998, 1999]"));
        Assert.That(Text(device.From(many, [2, 1000])),
            Is.EqualTo("[[0, 1, 2, ..., 997, 998, 999],\n [1000, 1001, 1002, ..., 1997, 1998, 1999]]"));
        Assert.That(Text(device.From(many, [1000, 2])).Split('\n'), Is.EqualTo(new[]
            { "[[0, 1],", " [2, 3],", " [4, 5],", " ...,", " [1994, 1995],", " [1996, 1997],", " [1998, 1999]]" }));

        string Text(Tensor t)
        {
            string[] parts = t.ToString().Split('\n', 2);
            Assert.That(parts[0].TrimEnd(), Is.EqualTo(t.Summary).And.EndsWith($"on {device.Name}"));
            return parts[1];
        }
    }

    [Test]
    public void Nothing_is_brought_to_the_host_while_a_step_is_captured_nor_after_the_end()
    {
        using var emulator = new EmulatedCuda();
        using var device = new Device(new CudaBackend(emulator));
        using var x = device.Of(2);
        string shown = "";
        Step();
        using (device.Capture(Step)) Assert.That(shown, Is.EqualTo($"Full (2) F32 on {device.Name}"));
        x.Dispose();
        Assert.That(x.ToString(), Is.EqualTo($"Full (2) F32 on {device.Name}, released"));

        void Step()
        {
            using var scope = device.Scope();
            x.CopyFrom(x.Square());
            shown = x.ToString();
        }
    }

    /// <summary>What follows an await may run on another thread: an operation there, and the scope's end, say so.</summary>
    [Test]
    public void An_await_inside_a_scope_ends_in_a_sentence_that_says_what_to_do()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Of(2);
        Exception? operation = null, end = null;
        var thread = new Thread(() =>
        {
            operation = Thrown(() => x.Square());
            end = Thrown(scope.Dispose);
        });
        thread.Start();
        thread.Join();
        foreach (var e in new[] { operation, end })
        {
            Assert.That(e, Is.TypeOf<InvalidOperationException>());
            Assert.That(e!.Message, Does.Contain("was used from thread").And.Contain("end the scope before an await"));
        }
        // The scope is as it was: its own thread goes on.
        Assert.That(x.Square().ToArray(), Is.All.Zero);

        // A failed assertion on a thread of its own would end the process.
        static InvalidOperationException? Thrown(Action call)
        {
            try
            {
                call();
                return null;
            }
            catch (InvalidOperationException e)
            {
                return e;
            }
        }
    }
}
