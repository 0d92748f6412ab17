using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class FrozenTests
{
    [Test]
    public void A_frozen_layer_passes_gradients_on_but_runs_no_kernel_for_its_own()
    {
        using var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var random = new Rng(device, 1);
        using var conv = new Conv2d(random, 2, 3, 3, spectral: true);
        using (device.Scope())
        {
            var x = device.Leaf(1, 2, 4, 4, 2);
            using (conv.Frozen())
            {
                var loss = conv.Forward(x).Square().Sum();
                backend.Calls.Clear();
                loss.Backward();
            }
            Assert.That(x.Grad, Is.Not.Null);
            Assert.That((conv.Weight.Grad, conv.Bias!.Grad), Is.EqualTo(((Tensor?)null, (Tensor?)null)));
            Assert.That(backend.Calls, Does.Contain("Conv2dBackwardData"));
            Assert.That(backend.Calls, Has.None.EqualTo("Conv2dBackwardFilter").And.None.EqualTo("SpectralNormBackward"));

            conv.Forward(x).Square().Sum().Backward();
            Assert.That(backend.Count("Conv2dBackwardFilter") + backend.Count("SpectralNormBackward"), Is.EqualTo(2));
            Assert.That((conv.Weight.Grad!.Shape, conv.Bias!.Grad!.Shape), Is.EqualTo((conv.Weight.Shape, conv.Bias!.Shape)));
        }
    }

    [Test]
    public void An_input_without_gradient_costs_none()
    {
        using var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var random = new Rng(device, 1);
        using var layer = new Linear(random, 3, 2);
        using var scope = device.Scope();
        backend.Calls.Clear();
        layer.Forward(device.Of(4, 3)).Sum().Backward();
        // One product forward, one for the weight, none for the input.
        Assert.That((backend.Count("Linear"), backend.Count("MatMul")), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_graph_from_before_a_freeze_still_leads_to_its_parameters()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        using var layer = new Linear(random, 3, 2);
        using var scope = device.Scope();
        var loss = layer.Forward(device.Values([1, 3], 1, 2, 3)).Sum();
        using (layer.Frozen()) Assert.That(layer.Forward(device.Of(1, 3)).RequiresGrad, Is.False);
        Near.All(Autograd.Grad([loss], [layer.Weight])[0].ToArray(), [1, 2, 3, 1, 2, 3]);
    }

    [Test]
    public void What_was_frozen_before_stays_frozen_after()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        using var layer = new Linear(random, 3, 2);
        layer.Bias!.RequiresGrad = false;
        using (layer.Frozen()) Assert.That(layer.Parameters.Any(p => p.RequiresGrad), Is.False);
        Assert.That((layer.Weight.RequiresGrad, layer.Bias!.RequiresGrad), Is.EqualTo((true, false)));
    }
}
