using Ssgan.Engine;
using Ssgan.Engine.Optim;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Optim;

sealed class SgdTests
{
    [TestCase(0f)]
    [TestCase(0.8f)]
    public void Updates_follow_the_formula_also_where_a_gradient_is_missing(float momentum)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        Tensor[] p = [device.Leaf(1, 5), device.Leaf(2, 2, 3)];
        using var sgd = new Sgd([("a", p[0]), ("b", p[1])], 0.1f, momentum);
        double[][] value = [.. p.Select(t => t.ToArray().Select(x => (double)x).ToArray())],
            buffer = [new double[5], new double[6]];
        double rate = 0.1f;
        for (int step = 1; step <= 6; step++)
        {
            if (step == 4) (sgd.LearningRate, rate) = (0.02f, 0.02f);
            sgd.ZeroGrad();
            for (int i = 0; i < 2; i++)
            {
                if (i == 1 && step % 3 == 0) continue;
                float[] g = Make.Numbers(value[i].Length, 10 * step + i);
                (p[i] * device.From(g, p[i].Shape)).Sum().Backward();
                for (int j = 0; j < g.Length; j++) value[i][j] -= rate * (buffer[i][j] = momentum * buffer[i][j] + g[j]);
            }
            sgd.Step();
            for (int i = 0; i < 2; i++) Near.All(p[i].ToArray(), value[i]);
        }
        Assert.That(sgd.NamedState.Select(s => s.Name),
            Is.EqualTo(momentum == 0 ? ["learning_rate"] : new[] { "learning_rate", "a.momentum", "b.momentum" }));
    }

    [Test]
    public void Momentum_out_of_range_is_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        NamedTensor[] p = [("a", device.Leaf(1, 2))];
        Assert.That(() => new Sgd(p, 0.1f, 1), Throws.ArgumentException.With.Message.Contains("momentum 1"));
        Assert.That(() => new Sgd(p, 0.1f, float.NaN), Throws.ArgumentException);
    }
}
