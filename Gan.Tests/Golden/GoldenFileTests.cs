using Ssgan.Tests.Support;

namespace Ssgan.Tests.Golden;

/// <summary>
/// The files are there, hold what README.md says, and the layout conversions are right: checked by plain loops,
/// without the engine.
/// </summary>
public class GoldenFileTests
{
    // References are rounded once to single; the loops here sum in double.
    const double Tolerance = 1e-5;

    [Test]
    public void Channels_move_last()
    {
        int[] nchw = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]; // (1, 2, 2, 3)
        Assert.That(GoldenFile.ChannelsLast(nchw, 1, 2, 2, 3), Is.EqualTo(new[] { 0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15 }));
        float[] rows = [0, 0.5f, 1, 1.5f, 2, 2.5f, 10, 10.5f, 11, 11.5f, 12, 12.5f]; // Rows of two, read as (2, 1, 3).
        Assert.That(GoldenFile.RowsChannelsLast(rows, 2, 1, 3),
            Is.EqualTo(new[] { 0, 0.5f, 10, 10.5f, 1, 1.5f, 11, 11.5f, 2, 2.5f, 12, 12.5f }));
    }

    [TestCase("conv2d_3x3_p1")]
    [TestCase("conv2d_4x4_s2_p1")]
    [TestCase("conv2d_5x5_p2")]
    [TestCase("conv2d_3x3_p1_wide")]
    public void Convolution_agrees_with_plain_loops_channels_last(string test)
    {
        var golden = GoldenFile.Load("layers");
        var (x, xs) = golden.ChannelsLast(test + "/x");
        var (w, ws) = golden.ChannelsLast(test + "/w");
        var (y, ys) = golden.ChannelsLast(test + "/y");
        float[] b = golden.F32(test + "/b");
        int stride = (int)golden.Setting(test, "stride"), padding = (int)golden.Setting(test, "padding"), at = 0;
        for (int n = 0; n < ys[0]; n++)
            for (int i = 0; i < ys[1]; i++)
                for (int j = 0; j < ys[2]; j++)
                    for (int o = 0; o < ys[3]; o++)
                    {
                        double sum = b[o];
                        for (int p = 0; p < ws[1]; p++)
                            for (int q = 0; q < ws[2]; q++)
                                for (int c = 0; c < ws[3]; c++)
                                {
                                    int h = i * stride + p - padding, v = j * stride + q - padding;
                                    if (h < 0 || v < 0 || h >= xs[1] || v >= xs[2]) continue;
                                    sum += (double)x[((n * xs[1] + h) * xs[2] + v) * xs[3] + c] * w[
                                        ((o * ws[1] + p) * ws[2] + q) * ws[3] + c];
                                }
                        Assert.That(y[at++], Is.EqualTo(sum).Within(Tolerance * (1 + Math.Abs(sum))));
                    }
    }

    [Test]
    public void Spectral_norm_of_a_filter_agrees_channels_last()
    {
        const string test = "spectral_norm_conv";
        var golden = GoldenFile.Load("layers");
        var (w, s) = golden.ChannelsLast(test + "/w");
        int row = s[1] * s[2] * s[3];
        float[] u = golden.F32(test + "/u_after"),
            v = GoldenFile.ChannelsLast(golden.F32(test + "/v_after"), 1, s[3], s[1], s[2]);
        double sigma = 0;
        for (int i = 0; i < s[0] * row; i++) sigma += (double)u[i / row] * w[i] * v[i % row];
        Assert.That(sigma, Is.EqualTo(golden.F32(test + "/sigma")[0]).Within(Tolerance * sigma));
    }

    [Test]
    public void The_training_run_is_whole()
    {
        var golden = GoldenFile.Load("train20");
        int steps = (int)golden.Setting("train", "steps"), dis = (int)golden.Setting("train", "n_dis"),
            batch = (int)golden.Setting("train", "batch");
        Assert.That(golden.Shape("train/real"), Is.EqualTo(new[] { steps, dis, batch, 3, 32, 32 }));
        Assert.That(golden.Shape("train/z"), Is.EqualTo(new[] { steps, dis + 1, batch, (int)golden.Setting("train", "nz") }));
        Assert.That(golden.U8("train/real").Distinct().Count(), Is.GreaterThan(200));
        foreach (string net in new[] { "g", "d" })
        {
            Assert.That(golden.Under($"{net}/after"), Is.EqualTo(golden.Under($"{net}/before")).And.Not.Empty);
            foreach (string key in golden.Under($"{net}/after"))
                Assert.That(golden.F32($"{net}/after/{key}"), Has.All.Matches<float>(float.IsFinite), key);
        }
        foreach (string name in golden.Under("loss"))
            Assert.That(golden.F64("loss/" + name),
                Is.EqualTo(golden.F64("loss_f32/" + name)).Within(1e-3).And.All.Matches<double>(double.IsFinite), name);
    }

    [TestCase("layers")]
    [TestCase("ssgan32")]
    [TestCase("train20")]
    [TestCase("sngan32")]
    [TestCase("wgan_gp32")]
    [TestCase("dcgan32")]
    [TestCase("infomax32")]
    [TestCase("cgan_pd32")]
    [TestCase("sagan32")]
    [TestCase("ssgan_ms32")]
    [TestCase("ssgan_la32")]
    [TestCase("ssgan_la_plus32")]
    [TestCase("zoo_nets")]
    [TestCase("conditional")]
    [TestCase("r3gan")]
    [TestCase("r3gan_conditional")]
    [TestCase("augment")]
    [TestCase("nn")]
    [TestCase("compare_gan32")]
    [TestCase("resize")]
    [TestCase("inception")]
    [TestCase("formats/values")]
    [TestCase("resnet18")]
    public void The_readme_names_every_case(string stem)
    {
        var golden = GoldenFile.Load(stem);
        Assert.That(golden.Contains("nothing"), Is.False);
        string readme = File.ReadAllText(RepoRoot.At("Gan.Tests", "Golden", "README.md"));
        foreach (string test in golden.Cases()) Assert.That(readme, Does.Contain($"`{test}`"), stem);
    }
}
