using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class BlasCallTests
{
    const int F32 = 0, BF16 = 14, Compute = 68, Pedantic = 69, ComputeTf32 = 77;

    static nint Handle(Machine m)
    {
        nint handle = 0;
        m.Ok("cublasCreate_v2", Out(ref handle));
        return handle;
    }

    static float[] Draw(Random random, int count, bool bf16 = false)
    {
        float[] values = new float[count];
        foreach (ref float v in values.AsSpan())
        {
            v = random.NextSingle() * 2 - 1;
            if (bf16) v = BFloat16.Round(v);
        }
        return values;
    }

    static ushort[] Bits(float[] values) => Array.ConvertAll(values, BFloat16.FromSingle);

    /// <summary>Column-major, with leading dimensions; sums in double.</summary>
    static float[] Naive(bool ta, bool tb, int m, int n, int k, float alpha, float[] a, int lda, float[] b, int ldb,
        float beta, float[] c, int ldc)
    {
        float[] result = (float[])c.Clone();
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < m; i++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++)
                    sum += (double)(ta ? a[p + i * lda] : a[i + p * lda]) * (tb ? b[j + p * ldb] : b[p + j * ldb]);
                result[i + j * ldc] = (float)(alpha * sum + (beta == 0 ? 0 : beta * c[i + j * ldc]));
            }
        }
        return result;
    }

    [Test]
    public void Sgemm_is_the_product([Values] bool ta, [Values] bool tb, [Values(1, 5, 33)] int size)
    {
        using var m = new Machine();
        var random = new Random(size);
        int rows = size, columns = size + 2, k = size + 1, lda = (ta ? k : rows) + 3,
            ldb = (tb ? columns : k) + 1, ldc = rows + 2;
        float[] a = Draw(random, lda * (ta ? rows : k)), b = Draw(random, ldb * (tb ? k : columns)),
            c = Draw(random, ldc * columns);
        float alpha = 1.5f, beta = -0.5f;
        nint dc = m.Upload(c);
        m.Ok("cublasSgemm_v2", Handle(m), ta ? 1 : 0, tb ? 2 : 0, rows, columns, k, Out(ref alpha), m.Upload(a), lda, m.Upload(b),
            ldb, Out(ref beta), dc, ldc);
        Assert.That(m.Download<float>(dc, c.Length),
            Is.EqualTo(Naive(ta, tb, rows, columns, k, alpha, a, lda, b, ldb, beta, c, ldc)).Within(1e-5f));
    }

    [Test]
    public void Batches_have_strides()
    {
        using var m = new Machine();
        var random = new Random(3);
        const int n = 4, batch = 3, sa = 20, sb = 16, sc = 24;
        float[] a = Draw(random, sa * batch), b = Draw(random, sb * batch), c = new float[sc * batch];
        float alpha = 1, beta = 0;
        nint da = m.Upload(a), db = m.Upload(b), one = m.Upload(c), two = m.Upload(c);
        nint h = Handle(m);
        m.Ok("cublasSgemmStridedBatched", h, 0, 0, n, n, n, Out(ref alpha), da, n, sa, db, n, sb,
            Out(ref beta), one, n, sc, batch);
        m.Ok("cublasGemmStridedBatchedEx", h, 0, 0, n, n, n, Out(ref alpha), da, F32, n, sa, db, F32, n, sb, Out(ref beta), two,
            F32, n, sc, batch, Compute, -1);
        float[] found = m.Download<float>(one, c.Length);
        for (int i = 0; i < batch; i++)
        {
            float[] expected = Naive(false, false, n, n, n, 1, a[(i * sa)..], n, b[(i * sb)..], n, 0, new float[sc], n);
            Assert.That(found.AsSpan(i * sc, sc).ToArray(), Is.EqualTo(expected).Within(1e-5f));
        }
        Assert.That(m.Download<float>(two, c.Length), Is.EqualTo(found));
        m.Fails(7, "cublasSgemmStridedBatched", h, 0, 0, n, n, n, Out(ref alpha), da, n, sa, db, n, sb,
            Out(ref beta), one, n, 15, batch);
    }

    [Test]
    public void Bfloat16_is_rounded_once_at_the_end([Values(F32, BF16)] int typeC)
    {
        using var m = new Machine();
        var random = new Random(4);
        const int n = 7, k = 19;
        float[] a = Draw(random, n * k, true), b = Draw(random, n * k, true);
        float alpha = 1, beta = 0;
        nint c = m.Alloc(n * n * 4);
        m.Ok("cublasGemmEx", Handle(m), 0, 0, n, n, k, Out(ref alpha), m.Upload(Bits(a)), BF16, n, m.Upload(Bits(b)), BF16, k,
            Out(ref beta), c, typeC, n, Compute, 99);
        float[] expected = Naive(false, false, n, n, k, 1, a, n, b, k, 0, new float[n * n], n);
        float[] found = typeC == F32 ? m.Download<float>(c, n * n)
            : Array.ConvertAll(m.Download<ushort>(c, n * n), BFloat16.ToSingle);
        Assert.That(found, Is.EqualTo(expected).Within(typeC == F32 ? 1e-5f : 0.02f));
        if (typeC == BF16) Assert.That(found, Has.All.Matches<float>(f => BFloat16.Round(f) == f));
    }

    [Test]
    public void Beta_zero_does_not_look_at_C()
    {
        using var m = new Machine();
        float alpha = 2, beta = 0;
        nint h = Handle(m), one = m.Upload(3f), unwritten = m.Alloc(4), nan = m.Upload(float.NaN);
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, Out(ref alpha), one, 1, one, 1, Out(ref beta), unwritten, 1);
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, Out(ref alpha), one, 1, one, 1, Out(ref beta), nan, 1);
        Assert.That(m.Download<float>(unwritten, 1), Is.EqualTo([18f]));
        Assert.That(m.Download<float>(nan, 1), Is.EqualTo([18f]));
        beta = 1;
        alpha = 0;
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, Out(ref alpha), m.Alloc(4), 1, one, 1, Out(ref beta), unwritten, 1);
        Assert.That(m.Download<float>(unwritten, 1), Is.EqualTo([18f]), "alpha 0 does not look at A");
    }

    [Test]
    public void Tf32_is_used_where_it_was_asked_for([Values(75, 90)] int capability)
    {
        using var m = new Machine(new EmulatorOptions { ComputeCapability = capability });
        const float fine = 1 + 1f / 4096;
        float alpha = 1, beta = 0, coarse = capability >= 80 ? 1 : fine;
        nint h = Handle(m), a = m.Upload(fine), one = m.Upload(1f), c = m.Alloc(4);
        float Product(int compute)
        {
            m.Ok("cublasGemmEx", h, 0, 0, 1, 1, 1, Out(ref alpha), a, F32, 1, one, F32, 1, Out(ref beta), c, F32, 1, compute, -1);
            return m.Download<float>(c, 1)[0];
        }
        Assert.That(Product(Compute), Is.EqualTo(fine));
        Assert.That(Product(ComputeTf32), Is.EqualTo(coarse));
        m.Ok("cublasSetMathMode", h, 3);
        Assert.That(Product(Compute), Is.EqualTo(coarse));
        Assert.That(Product(Pedantic), Is.EqualTo(fine));
        m.Fails(7, "cublasSetMathMode", h, 9);
    }

    [Test]
    public void Products_run_in_the_handles_stream_and_in_graphs()
    {
        using var m = new Machine();
        float alpha = 1, beta = 1;
        nint h = Handle(m), stream = m.Stream(), one = m.Upload(1f), c = m.Upload(0f), graph = 0, exec = 0;
        m.Ok("cublasSetStream_v2", h, stream);
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, Out(ref alpha), one, 1, one, 1, Out(ref beta), c, 1);
        Assert.That(m.Download<float>(c, 1), Is.EqualTo([0f]), "a non-blocking stream");
        m.Ok("cuStreamBeginCapture_v2", stream, 0);
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, Out(ref alpha), one, 1, one, 1, Out(ref beta), c, 1);
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
        m.Ok("cuGraphInstantiateWithFlags", Out(ref exec), graph, 0);
        alpha = 100;
        m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuGraphLaunch", exec, stream);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(c, 1), Is.EqualTo([3f]));
        m.Fails(13, "cublasSetStream_v2", h, 12345);
    }

    [Test]
    public void Scalars_may_be_on_the_device()
    {
        using var m = new Machine();
        nint h = Handle(m), alpha = m.Upload(2f), beta = m.Upload(0f), one = m.Upload(1f), c = m.Alloc(4);
        m.Ok("cublasSetPointerMode_v2", h, 1);
        m.Ok("cublasSgemm_v2", h, 0, 0, 1, 1, 1, alpha, one, 1, one, 1, beta, c, 1);
        Assert.That(m.Download<float>(c, 1), Is.EqualTo([2f]));
    }

    [Test]
    public void A_product_beyond_its_arrays_is_a_fault()
    {
        using var m = new Machine();
        float alpha = 1, beta = 0;
        nint a = m.Upload(1f, 2f, 3f), c = m.Alloc(16);
        m.Ok("cublasSgemm_v2", Handle(m), 0, 0, 2, 2, 2, Out(ref alpha), a, 2, a, 2, Out(ref beta), c, 2);
        m.Fails(700, "cuCtxSynchronize");
    }

    [Test]
    public void Wrong_arguments_have_their_status()
    {
        using var m = new Machine();
        float one = 1;
        nint h = Handle(m), a = m.Upload(new float[16]);
        nint s = Out(ref one);
        int version = 0;
        m.Ok("cublasGetVersion_v2", h, Out(ref version));
        Assert.That(version, Is.EqualTo(120804));
        m.Fails(7, "cublasSgemm_v2", h, 3, 0, 2, 2, 2, s, a, 2, a, 2, s, a, 2);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, -1, 2, 2, s, a, 2, a, 2, s, a, 2);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, 4, 2, 2, s, a, 3, a, 2, s, a, 4);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, 2, 2, 4, s, a, 2, a, 3, s, a, 2);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, 4, 2, 2, s, a, 4, a, 2, s, a, 3);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, 2, 2, 2, 0, a, 2, a, 2, s, a, 2);
        m.Fails(7, "cublasSgemm_v2", h, 0, 0, 2, 2, 2, s, a, 2, a, 2, s, 0, 2);
        m.Ok("cublasSgemm_v2", h, 0, 0, 0, 2, 2, s, 0, 2, 0, 2, s, 0, 2);
        m.Fails(15, "cublasGemmEx", h, 0, 0, 2, 2, 2, s, a, F32, 2, a, F32, 2, s, a, BF16, 2, Compute, -1);
        m.Fails(15, "cublasGemmEx", h, 0, 0, 2, 2, 2, s, a, F32, 2, a, F32, 2, s, a, F32, 2, 64, -1);
        m.Fails(15, "cublasGemmEx", h, 0, 0, 2, 2, 2, s, a, 2, 2, a, 2, 2, s, a, 2, 2, Compute, -1);
        m.Fails(7, "cublasSetWorkspace_v2", h, a + 4, 4);
        m.Fails(7, "cublasSetWorkspace_v2", h, a, 4096);
        m.Ok("cublasSetWorkspace_v2", h, a, 64);
        m.Ok("cublasDestroy_v2", h);
        m.Fails(1, "cublasDestroy_v2", h);
        m.Fails(1, "cublasSgemm_v2", h, 0, 0, 2, 2, 2, s, a, 2, a, 2, s, a, 2);
        m.Fails(7, "cublasCreate_v2", 0);
    }

    [Test]
    public void Older_cards_know_no_bfloat16()
    {
        using var m = new Machine(new EmulatorOptions { ComputeCapability = 75 });
        float one = 1;
        nint a = m.Upload<ushort>(0, 0), s = Out(ref one);
        m.Fails(8, "cublasGemmEx", Handle(m), 0, 0, 1, 1, 1, s, a, BF16, 1, a, BF16, 1, s, a, BF16, 1, Compute, -1);
    }

    [Test]
    public void A_handle_that_stays_is_a_leak()
    {
        using var m = new Machine();
        Handle(m);
        Assert.That(m.Cuda.Leaks(), Has.Some.StartsWith("cuBLAS handle"));
    }
}
