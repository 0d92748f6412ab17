using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Ssgan.Benchmarks.Peers;

/// <summary>Quick checks that what is timed is what it says.</summary>
static class Checks
{
    /// <summary>Null, or the names of the checks that failed.</summary>
    public static string? Run()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var failed = new List<string>();
        void Check(string name, bool value)
        {
            if (!value) failed.Add(name);
        }

        var x = randn(8, 3, 6, 6);
        var r = Ops.RotateQuarters(x);
        Check("rotation_equals_rot90",
            Enumerable.Range(0, 8).All(i => r[i].allclose(x[i].rot90(i / 2, (1, 2)), rtol: 0, atol: 0)));
        Check("rotation_labels", Ops.QuarterLabels(8).data<long>().SequenceEqual([0, 0, 1, 1, 2, 2, 3, 3]));

        var up = Ops.Up2(tensor(new float[] { 0, 1, 0, 1 }, [1, 1, 2, 2]))[0, 0, 0];
        Check("upsample_align_corners_false", up.allclose(tensor(new float[] { 0, 0.25f, 0.75f, 1 })));

        var (w, u, v) = (randn(12, 5, 3, 3), F.normalize(randn(12), dim: 0), F.normalize(randn(45), dim: 0));
        for (var i = 0; i < 500; i++) Ops.SpectralNorm(w, u, v);
        var top = linalg.svdvals(Ops.SpectralNorm(w, u, v).reshape(12, -1))[0].item<float>();
        Check("spectral_norm_is_one", Math.Abs(top - 1) < 1e-3);

        var p = Parameter(ones(3));
        p.grad = tensor(new float[] { 1, -2, 0.5f });
        using (var adam = optim.Adam([p], lr: 2e-4, beta1: 0.0, beta2: 0.9)) adam.step();
        Check("adam_first_step_is_lr", (p.detach() - 1).allclose(tensor(new float[] { -2e-4f, 2e-4f, -2e-4f }), rtol: 1e-2));

        var cl = Layout.To(randn(2, 4, 5, 6), true);
        Check("channels_last_strides",
            Layout.IsChannelsLast(cl) && Layout.IsChannelsLast(F.conv2d(cl, randn(4, 4, 3, 3), padding: [1L, 1L])));

        // Steps at a small width: finite, changing, each touching its own network only, and the same in both layouts.
        using var a = new TorchGan(8, 16, 16, channelsLast: false, seed: 3);
        using var b = new TorchGan(8, 16, 16, channelsLast: true, seed: 3);
        manual_seed(11);
        float d0 = a.DStep(), g0 = a.GStep();
        manual_seed(11);
        float d1 = b.DStep(), g1 = b.GStep();
        Check("layouts_agree", Math.Abs(d0 - d1) < 1e-3 && Math.Abs(g0 - g1) < 1e-3);

        float Sum(Module m) => m.parameters().Sum(q => q.abs().sum().item<float>());
        var (gSum, dSum) = (Sum(a.G), Sum(a.D));
        var dl = new List<float> { d0, a.DStep() };
        Check("d_step_changes_d_only", Sum(a.G) == gSum && Sum(a.D) != dSum);
        dSum = Sum(a.D);
        var gl = new List<float> { g0, a.GStep() };
        Check("g_step_changes_g_only", Sum(a.G) != gSum && Sum(a.D) == dSum);
        for (var i = 0; i < 8; i++)
        {
            dl.Add(a.DStep());
            gl.Add(a.GStep());
        }
        long Live() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var live = Live();
        a.DStep();
        a.GStep();
        Check("steps_leave_no_tensors", Live() == live);
        Check("losses_finite", dl.Concat(gl).All(float.IsFinite));
        Check("losses_change", dl.Distinct().Count() > 5 && gl.Distinct().Count() > 5);
        Check("d_loss_falls", dl[^1] < dl[0]);
        return failed.Count == 0 ? null : string.Join(", ", failed);
    }
}
