using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>mma.sync and ldmatrix against plain loops over the matrices.</summary>
[TestFixture]
public class MatrixTests
{
    static float Brain(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);

    static float[] Draw(int count, int seed, Func<float, float> round)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => round((float)(random.NextDouble() * 2 - 1)))];
    }

    static ushort BrainBits(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    /// <summary>
    /// A (16, k) row-major and B (k, 8) row-major in shared memory as bf16; the matrix loads make the fragments.
    /// </summary>
    [Test]
    public void BrainFloatsThroughMatrixLoads()
    {
        float[] a = Draw(16 * 16, 1, Brain), b = Draw(16 * 8, 2, Brain);
        using var bench = new PtxBench();
        ushort[] both = [.. a.Select(BrainBits), .. b.Select(BrainBits)];
        ulong x = bench.Upload<ushort>(both), y = bench.Reserve(16 * 8 * 4);
        bench.Run(PtxBench.Kernel("""
            .shared .align 16 .b8 s[768];
            mul.wide.u32 %rd2, %r0, 16;
            add.s64 %rd3, %rd0, %rd2;
            mov.u64 %rd4, s;
            add.s64 %rd5, %rd4, %rd2;
            ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd3];
            st.shared.v4.u32 [%rd5], {%r1, %r2, %r3, %r4};
            setp.lt.u32 %p1, %r0, 16;
            @%p1 ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd3+512];
            @%p1 st.shared.v4.u32 [%rd5+512], {%r1, %r2, %r3, %r4};
            bar.warp.sync -1;
            // Lane l names row l % 16 of A, columns 0 or 8.
            and.b32 %r5, %r0, 15;
            shr.u32 %r6, %r0, 4;
            mul.wide.u32 %rd6, %r5, 32;
            mul.wide.u32 %rd7, %r6, 16;
            add.s64 %rd6, %rd6, %rd7;
            add.s64 %rd6, %rd6, %rd4;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r10, %r11, %r12, %r13}, [%rd6];
            mul.wide.u32 %rd8, %r5, 16;
            add.s64 %rd8, %rd8, %rd4;
            ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%r14, %r15}, [%rd8+512];
            mov.f32 %f0, 0f3F800000;
            mov.f32 %f1, %f0;
            mov.f32 %f2, %f0;
            mov.f32 %f3, %f0;
            mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0, %f1, %f2, %f3}, {%r10, %r11, %r12, %r13},
                {%r14, %r15}, {%f0, %f1, %f2, %f3};
            shr.u32 %r16, %r0, 2;
            and.b32 %r17, %r0, 3;
            mul.wide.u32 %rd9, %r16, 32;
            mul.wide.u32 %rd10, %r17, 8;
            add.s64 %rd9, %rd9, %rd10;
            add.s64 %rd9, %rd9, %rd1;
            st.global.v2.f32 [%rd9], {%f0, %f1};
            st.global.v2.f32 [%rd9+256], {%f2, %f3};
            ret;
        """, target: "sm_80"), x, y);
        IsProduct(bench.Download<float>(y, 128), a, b, 16, 1);
    }

    [Test]
    public void TensorFloats()
    {
        float[] a = Draw(16 * 8, 3, value => value), b = Draw(8 * 8, 4, value => value);
        using var bench = new PtxBench();
        ulong x = bench.Upload<float>([.. a, .. b]), y = bench.Reserve(16 * 8 * 4);
        bench.Run(PtxBench.Kernel("""
            shr.u32 %r1, %r0, 2;
            and.b32 %r2, %r0, 3;
            mul.wide.u32 %rd2, %r1, 32;
            mul.wide.u32 %rd3, %r2, 4;
            add.s64 %rd4, %rd2, %rd3;
            add.s64 %rd4, %rd4, %rd0;
            ld.global.b32 %r10, [%rd4];
            ld.global.b32 %r11, [%rd4+256];
            ld.global.b32 %r12, [%rd4+16];
            ld.global.b32 %r13, [%rd4+272];
            mul.wide.u32 %rd5, %r2, 32;
            mul.wide.u32 %rd6, %r1, 4;
            add.s64 %rd5, %rd5, %rd6;
            add.s64 %rd5, %rd5, %rd0;
            ld.global.b32 %r14, [%rd5+512];
            ld.global.b32 %r15, [%rd5+640];
            mov.f32 %f0, 0f00000000;
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f4, %f5, %f6, %f7}, {%r10, %r11, %r12, %r13},
                {%r14, %r15}, {%f0, %f0, %f0, %f0};
            mul.wide.u32 %rd7, %r2, 8;
            add.s64 %rd7, %rd7, %rd2;
            add.s64 %rd7, %rd7, %rd1;
            st.global.v2.f32 [%rd7], {%f4, %f5};
            st.global.v2.f32 [%rd7+256], {%f6, %f7};
            ret;
        """, target: "sm_80"), x, y);
        static float Truncated(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & ~0x1FFFu);
        IsProduct(bench.Download<float>(y, 128), [.. a.Select(Truncated)], [.. b.Select(Truncated)], 8, 0);
    }

    static void IsProduct(float[] got, float[] a, float[] b, int k, double start)
    {
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                double sum = start;
                for (int j = 0; j < k; j++) sum += (double)a[row * k + j] * b[j * 8 + column];
                Assert.That(got[row * 8 + column], Is.EqualTo(sum).Within(1e-5), $"({row}, {column})");
            }
        }
    }

    [Test]
    public void AddendsAreCutOffBelowTheLargest([Values(1f, -1f)] float sign, [Values(0.99f, 1f)] float small)
    {
        // Eight products of a little less than, or just, the last bit that is kept beside 1: together 4 units in the last place
        // of 1, or nothing.
        float tiny = sign * small / 4096;
        using var bench = new PtxBench();
        ulong x = bench.Upload<float>(new float[] { tiny, 1f / 4096, sign }), y = bench.Reserve(4);
        bench.Run(PtxBench.Kernel("""
            ld.global.b32 %r10, [%rd0];
            ld.global.b32 %r11, [%rd0+4];
            ld.global.f32 %f0, [%rd0+8];
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f4, %f5, %f6, %f7}, {%r10, %r10, %r10, %r10},
                {%r11, %r11}, {%f0, %f0, %f0, %f0};
            st.global.f32 [%rd1], %f4;
            ret;
        """, target: "sm_80"), x, y);
        Assert.That(bench.Download<float>(y, 1)[0], Is.EqualTo(small < 1 ? sign : sign * (1 + 4 * MathF.Pow(2, -23))));
    }

    [Test]
    public void NeedsAllLanes()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[4]);
        string text = PtxBench.Kernel("""
            mov.f32 %f0, 0f00000000;
            mov.b32 %r1, 0;
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f4, %f5, %f6, %f7}, {%r1, %r1, %r1, %r1},
                {%r1, %r1}, {%f0, %f0, %f0, %f0};
            ret;
        """, target: "sm_80");
        Assert.That(bench.Fault(text, x, x, 16).Kind, Is.EqualTo(FaultKind.MissingLanes));
    }
}
