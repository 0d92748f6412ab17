using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

sealed class ModuleTests
{
    sealed class Tree : Module
    {
        public Tree(Device device, Action<Tree, Device> build) => build(this, device);

        public Tensor P(string name, Tensor t) => Parameter(name, t);

        public Tensor B(string name, Tensor t) => Buffer(name, t);

        public T C<T>(string name, T child) where T : Module => Child(name, child);
    }

    static Tree Sample(Device device) => new(device, (root, d) =>
    {
        root.P("w", d.Of(2, 3));
        root.B("running", d.Of(3));
        root.C("left", new Tree(d, (t, d) =>
        {
            t.P("w", d.Of(4));
            t.C("inner", new Tree(d, (t, d) =>
            {
                t.B("u", d.Of(1));
                t.P("b", d.Of());
            }));
        }));
        root.C("right", new Tree(d, (t, d) => t.P("w", d.Of(5))));
    });

    [Test]
    public void Names_join_with_dots_in_order_of_registration()
    {
        using var device = Device.Cpu(1);
        using var tree = Sample(device);
        Assert.That(tree.NamedParameters().Select(p => p.Name), Is.EqualTo(new[] { "w", "left.w", "left.inner.b", "right.w" }));
        Assert.That(tree.NamedBuffers().Select(b => b.Name), Is.EqualTo(new[] { "running", "left.inner.u" }));
        Assert.That(tree.ParameterCount, Is.EqualTo(6 + 4 + 1 + 5));
        Assert.That(tree.Parameters.Select(p => p.RequiresGrad), Has.All.True);
        Assert.That(tree.NamedBuffers().Select(b => b.Tensor.RequiresGrad), Has.All.False);
    }

    [TestCase("w")]
    [TestCase("running")]
    [TestCase("left")]
    public void A_name_is_given_once(string name)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var tree = Sample(device);
        Assert.That(() => tree.P(name, device.Of(1)),
            Throws.ArgumentException.With.Message.Contains($"\"{name}\"").And.Message.Contains("twice")
                .And.Message.Contains("Tree"));
        Assert.That(() => tree.B(name, device.Of(1)), Throws.ArgumentException);
        Assert.That(() => tree.C(name, tree), Throws.ArgumentException);
    }

    [TestCase("")]
    [TestCase("a.b")]
    public void A_name_is_not_empty_and_has_no_dot(string name)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var tree = Sample(device);
        Assert.That(() => tree.P(name, device.Of(1)), Throws.ArgumentException.With.Message.Contains($"\"{name}\""));
    }

    [Test]
    public void Only_F32_is_trained()
    {
        using var device = Device.Cpu(1);
        using var tree = Sample(device);
        Assert.That(() => tree.P("count", device.Ints(1)), Throws.InvalidOperationException.With.Message.Contains("I32"));
    }

    [Test]
    public void Its_state_is_parameters_and_then_buffers_by_name()
    {
        using var device = Device.Cpu(1);
        using var tree = Sample(device);
        var state = tree.StateDict();
        Assert.That(state.Keys, Is.EqualTo(new[] { "w", "left.w", "left.inner.b", "right.w", "running", "left.inner.u" }));
        Assert.That(state["left.w"], Is.SameAs(tree.NamedParameters().ElementAt(1).Tensor));
        state["right.w"].CopyFrom<float>([1, 2, 3, 4, 5]);
        Assert.That(tree.Parameters[3].ToArray(), Is.EqualTo(new[] { 1f, 2, 3, 4, 5 }));
    }

    [Test]
    public void It_is_copied_whole_from_another_on_any_device([Values] bool fromCuda, [Values] bool toCuda)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using var gpu = new Device(new CudaBackend(cuda));
        using var cpu = Device.Cpu(1);
        using var source = Sample(fromCuda ? gpu : cpu);
        using var copy = Sample(toCuda ? gpu : cpu);
        int seed = 1;
        foreach (var t in source.StateDict().Values) t.CopyFrom<float>(Make.Numbers((int)t.Count, seed++));
        copy.CopyFrom(source);
        foreach (var (name, t) in source.StateDict())
            Assert.That(copy.StateDict()[name].ToArray(), Is.EqualTo(t.ToArray()).And.Some.Not.Zero, name);
    }

    [Test]
    public void One_that_does_not_fit_is_not_copied()
    {
        using var device = Device.Cpu(1);
        using var tree = Sample(device);
        using var other = new Tree(device, (root, d) =>
        {
            root.P("w", d.Of(2, 2));
            root.B("running", d.Ints(3));
            root.C("right", new Tree(d, (t, d) => t.P("w", d.Of(5))));
            root.P("further", d.Of(1));
        });
        float[] before = tree.Parameters[3].ToArray();
        other.Parameters[2].CopyFrom<float>([1, 2, 3, 4, 5]);
        Assert.That(() => tree.CopyFrom(other), Throws.ArgumentException.With.Message.StartsWith(
            "CopyFrom: Tree does not fit Tree: left.w is missing; left.inner.b is missing; left.inner.u is missing; "
            + "w: F32 (2, 2) should be F32 (2, 3); running: I32 (3) should be F32 (3); further is unknown."));
        Assert.That(tree.Parameters[3].ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void The_first_four_of_many_misfits_are_named()
    {
        using var device = Device.Cpu(1);
        using var empty = new Tree(device, static (_, _) => { });
        using var wide = new Tree(device, static (root, d) =>
        {
            for (int i = 0; i < 10; i++) root.P($"p{i}", d.Of(1));
        });
        Assert.That(() => wide.CopyFrom(empty),
            Throws.ArgumentException.With.Message.Contains("p3 is missing; 6 more are missing.").And.Message.Not.Contains("p4"));
        Assert.That(() => empty.CopyFrom(wide),
            Throws.ArgumentException.With.Message.Contains("p3 is unknown; 6 more are unknown.").And.Message.Not.Contains("p4"));
    }

    [Test]
    public void Training_mode_reaches_all_descendants()
    {
        using var device = Device.Cpu(1);
        var all = new List<Tree>();
        using var tree = Grow(3);
        Assert.That(all, Has.Count.EqualTo(15));
        Assert.That(all.Select(t => t.Training), Has.All.True);
        tree.Eval();
        Assert.That(all.Select(t => t.Training), Has.All.False);
        tree.Train();
        Assert.That(all.Select(t => t.Training), Has.All.True);

        Tree Grow(int depth)
        {
            all.Add(new Tree(device, (t, _) =>
            {
                if (depth == 0) return;
                t.C("left", Grow(depth - 1));
                t.C("right", Grow(depth - 1));
            }));
            return all[^1];
        }
    }

    [Test]
    public void Parameters_outlive_the_scope_they_were_made_in_and_disposal_frees_all()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        Tree tree;
        using (device.Scope())
        {
            tree = Sample(device);
            foreach (var p in tree.Parameters) p.Square().Sum().Backward();
        }
        Near.All(tree.Parameters[0].ToArray(), new double[6]);
        Assert.That(tree.Parameters.Select(p => p.Grad), Has.None.Null);
        tree.ZeroGrad();
        Assert.That(tree.Parameters.Select(p => p.Grad), Has.All.Null);
        using (device.Scope()) foreach (var p in tree.Parameters) p.Square().Sum().Backward();
        tree.Dispose();
        tree.Dispose();
    }
}
