using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

/// <summary>The emulated cuBLASLt: y (m, n) column-major = op(a)·op(b), with what its descriptors say.</summary>
[TestFixture]
public sealed unsafe class BlasLtCallTests
{
    const int M = 6, N = 5, K = 7, F32 = 0, BF16 = 14, Compute = 68, Bias = 4, ReluBias = 6, Invalid = 7, NotSupported = 15;

    static readonly Random s_random = new(3);
    static readonly float[] s_a = Draw(M * K), s_b = Draw(N * K), s_bias = Draw(M);

    static float[] Draw(int count) =>
        [.. Enumerable.Range(0, count).Select(static _ => BFloat16.Round(s_random.NextSingle() * 2 - 1))];

    /// <summary>
    /// A handle, a product of given transposes and epilogue, its layouts, a preference, and arrays in device memory.
    /// </summary>
    sealed class Rig : IDisposable
    {
        public Rig(int type = F32, int epilogue = 1, bool ta = false, bool tb = false, EmulatorOptions? options = null)
        {
            Machine = new Machine(options);
            nint handle = 0, operation = 0, preference = 0;
            Machine.Ok("cublasLtCreate", Out(ref handle));
            Machine.Ok("cublasLtMatmulDescCreate", Out(ref operation), Compute, F32);
            Machine.Ok("cublasLtMatmulPreferenceCreate", Out(ref preference));
            (Handle, Operation, Preference) = (handle, operation, preference);
            Set(3, ta ? 1 : 0);
            Set(4, tb ? 1 : 0);
            Set(7, epilogue);
            A = Upload(s_a, type);
            B = Upload(s_b, type);
            Addend = Upload(s_bias, type);
            SetLong(8, Addend);
            D = Machine.Alloc(M * N * sizeof(float));
            Workspace = Machine.Alloc(1 << 16);
            LayoutA = ta ? Layout(type, K, M) : Layout(type, M, K);
            LayoutB = tb ? Layout(type, N, K) : Layout(type, K, N);
            LayoutD = Layout(type, M, N);
        }

        public Machine Machine { get; }
        public nint Handle { get; }
        public nint Operation { get; }
        public nint Preference { get; }
        public nint A { get; }
        public nint B { get; }
        public nint Addend { get; }
        public nint D { get; }
        public nint Workspace { get; }
        public nint LayoutA { get; }
        public nint LayoutB { get; }
        public nint LayoutD { get; set; }

        public nint Layout(int type, int rows, int columns)
        {
            nint layout = 0;
            Machine.Ok("cublasLtMatrixLayoutCreate", Out(ref layout), type, rows, columns, rows);
            return layout;
        }

        public void Set(int name, int value) =>
            Machine.Ok("cublasLtMatmulDescSetAttribute", Operation, name, Out(ref value), sizeof(int));

        public void SetLong(int name, long value) =>
            Machine.Ok("cublasLtMatmulDescSetAttribute", Operation, name, Out(ref value), sizeof(long));

        public void Prefer(int name, int value) =>
            Machine.Ok("cublasLtMatmulPreferenceSetAttribute", Preference, name, Out(ref value), sizeof(int));

        public void AllowWorkspace(long bytes = 1 << 16) =>
            Machine.Ok("cublasLtMatmulPreferenceSetAttribute", Preference, 1, Out(ref bytes), sizeof(long));

        /// <summary>The status; the number of the first algorithm and its workspace.</summary>
        public int Choose(out int algorithm, out long workspace)
        {
            int found = 0;
            fixed (byte* result = Result)
            {
                int status = Machine.Call("cublasLtMatmulAlgoGetHeuristic", Handle, Operation, LayoutA, LayoutB, LayoutD, LayoutD,
                    Preference, 1, (nint)result, Out(ref found));
                (algorithm, workspace) = found == 0 ? (-1, 0) : ((int)((ulong*)result)[2], *(long*)(result + 64));
                return status;
            }
        }

        public byte[] Result { get; } = new byte[96];

        public int Multiply(nint? a = null, nint workspaceBytes = 1 << 16, float alpha = 1, float beta = 0)
        {
            fixed (byte* result = Result)
                return Machine.Call("cublasLtMatmul", Handle, Operation, Out(ref alpha), a ?? A, LayoutA, B, LayoutB,
                    Out(ref beta), D, LayoutD, D, LayoutD, (nint)result, Workspace, workspaceBytes, 0);
        }

        nint Upload(float[] values, int type) =>
            type == F32 ? Machine.Upload(values) : Machine.Upload(Array.ConvertAll(values, BFloat16.FromSingle));

        public void Dispose() => Machine.Dispose();
    }

    static float[] Expected(bool ta, bool tb, float alpha = 1, bool bias = false, bool relu = false)
    {
        var y = new float[M * N];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i % M, column = i / M;
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += (double)(ta ? s_a[k + row * K] : s_a[row + k * M]) * (tb ? s_b[column + k * N] : s_b[k + column * K]);
            sum = alpha * sum + (bias ? s_bias[row] : 0);
            y[i] = (float)(relu ? Math.Max(0, sum) : sum);
        }
        return y;
    }

    [Test]
    public void Descriptors_say_what_is_multiplied_and_what_is_added([Values] bool ta, [Values] bool tb,
        [Values(1, 2, Bias, ReluBias)] int epilogue)
    {
        using var rig = new Rig(F32, epilogue, ta, tb);
        rig.AllowWorkspace();
        Assert.That(rig.Choose(out _, out _), Is.Zero);
        Assert.That(rig.Multiply(alpha: 2), Is.Zero);
        Assert.That(rig.Machine.Download<float>(rig.D, M * N),
            Is.EqualTo(Expected(ta, tb, 2, epilogue is Bias or ReluBias, epilogue is 2 or ReluBias)).Within(1e-5f));
    }

    [Test]
    public void Row_major_operands_are_turned()
    {
        using var rig = new Rig(F32, Bias, ta: true);
        int row = 1;
        // (M, K) row-major lies as (K, M) column-major: the same numbers without a transposition.
        rig.Set(3, 0);
        nint layout = 0;
        rig.Machine.Ok("cublasLtMatrixLayoutCreate", Out(ref layout), F32, M, K, K);
        rig.Machine.Ok("cublasLtMatrixLayoutSetAttribute", layout, 1, Out(ref row), sizeof(int));
        int found = 0;
        float one = 1, zero = 0;
        fixed (byte* result = rig.Result)
        {
            rig.Machine.Ok("cublasLtMatmulAlgoGetHeuristic", rig.Handle, rig.Operation, layout, rig.LayoutB, rig.LayoutD,
                rig.LayoutD, rig.Preference, 1, (nint)result, Out(ref found));
            rig.Machine.Ok("cublasLtMatmul", rig.Handle, rig.Operation, Out(ref one), rig.A, layout, rig.B, rig.LayoutB,
                Out(ref zero), rig.D, rig.LayoutD, rig.D, rig.LayoutD, (nint)result, 0, 0, 0);
        }
        Assert.That(rig.Machine.Download<float>(rig.D, M * N), Is.EqualTo(Expected(true, false, bias: true)).Within(1e-5f));
    }

    [Test]
    public void The_preference_bounds_the_choice()
    {
        using var rig = new Rig(BF16, Bias);
        Assert.That(Choice(), Is.EqualTo((11, 0L)), "no workspace at first");
        rig.AllowWorkspace();
        Assert.That(Choice(), Is.EqualTo((66, 1L << 16)), "all ways to add parts of sums at first");
        rig.Prefer(3, 2);
        Assert.That(Choice(), Is.EqualTo((31, 1L << 16)));
        rig.Prefer(8, 2);
        Assert.That(Choice(), Is.EqualTo((7, 0L)), "an address of D that is a multiple of 2 only");
        rig.Prefer(8, 256);
        rig.SetLong(8, rig.Addend + 2);
        Assert.That(Choice(), Is.EqualTo((7, 0L)), "such an address of the bias");

        (int, long) Choice()
        {
            Assert.That(rig.Choose(out int algorithm, out long workspace), Is.Zero);
            return (algorithm, workspace);
        }
    }

    [Test]
    public void Where_no_algorithm_fits_that_is_a_status()
    {
        using var rig = new Rig(options: new EmulatorOptions { MissingAlgorithms = [66, 31, 11, 7] });
        Assert.That(rig.Choose(out int algorithm, out _), Is.EqualTo(NotSupported));
        Assert.That(algorithm, Is.EqualTo(-1));
    }

    [Test]
    public void An_algorithm_is_good_for_what_it_was_chosen_for()
    {
        using var rig = new Rig(F32, Bias);
        rig.AllowWorkspace();
        Assert.That(rig.Choose(out _, out _), Is.Zero);
        Assert.That(rig.Multiply(workspaceBytes: 1 << 15), Is.EqualTo(Invalid), "too little workspace");
        Assert.That(rig.Multiply(workspaceBytes: 1 << 17), Is.EqualTo(Invalid), "workspace beyond its allocation");
        Assert.That(rig.Multiply(a: rig.A + 4), Is.EqualTo(Invalid), "an address less aligned than was said");
        rig.Set(7, ReluBias);
        Assert.That(rig.Multiply(), Is.EqualTo(Invalid), "another epilogue");
        rig.Set(7, Bias);
        Assert.That(rig.Multiply(), Is.Zero);
        rig.SetLong(8, 0);
        Assert.That(rig.Multiply(), Is.EqualTo(Invalid), "no bias");
    }

    [Test]
    public void The_workspace_is_overwritten()
    {
        using var rig = new Rig(F32, Bias);
        rig.AllowWorkspace();
        Assert.That(rig.Choose(out _, out _), Is.Zero);
        rig.Machine.Ok("cuMemsetD8_v2", rig.Workspace, 0, 1 << 16);
        Assert.That(rig.Multiply(), Is.Zero);
        Assert.That(rig.Machine.Download<byte>(rig.Workspace, 1 << 16).Count(static b => b == 0xCD), Is.EqualTo(1 << 16));
    }

    [Test]
    public void What_does_not_fit_or_is_not_known_is_refused()
    {
        using var rig = new Rig(BF16, Bias);
        int value = 5, two = 2;
        nint result = 0;
        var m = rig.Machine;
        m.Fails(NotSupported, "cublasLtMatmulDescSetAttribute", rig.Operation, 99, Out(ref value), 4);
        m.Fails(NotSupported, "cublasLtMatmulDescSetAttribute", rig.Operation, 7, Out(ref value), 4);
        m.Fails(Invalid, "cublasLtMatmulDescSetAttribute", rig.Operation, 7, Out(ref value), 8);
        m.Fails(NotSupported, "cublasLtMatrixLayoutSetAttribute", rig.LayoutA, 1, Out(ref two), 4);
        m.Fails(NotSupported, "cublasLtMatmulPreferenceSetAttribute", rig.Preference, 0, Out(ref value), 4);
        m.Fails(NotSupported, "cublasLtMatmulDescCreate", Out(ref result), 64, F32);
        m.Fails(NotSupported, "cublasLtMatrixLayoutCreate", Out(ref result), 2, 1, 1, 1);
        rig.Set(26, F32);
        Assert.That(rig.Choose(out _, out _), Is.EqualTo(NotSupported), "an F32 bias of a BF16 product");
        rig.Set(26, BF16);
        rig.LayoutD = rig.Layout(BF16, M, N + 1);
        Assert.That(rig.Choose(out _, out _), Is.EqualTo(Invalid), "a result of another size");
        rig.LayoutD = rig.Layout(BF16, M, N);
        int row = 1;
        m.Ok("cublasLtMatrixLayoutSetAttribute", rig.LayoutD, 1, Out(ref row), 4);
        Assert.That(rig.Choose(out _, out _), Is.EqualTo(NotSupported), "a row-major result");
        m.Fails(1, "cublasLtDestroy", 77);
        m.Fails(Invalid, "cublasLtMatmulDescDestroy", 77);
    }

    [Test]
    public void Older_cards_know_no_bfloat16()
    {
        using var rig = new Rig(BF16, options: new EmulatorOptions { ComputeCapability = 75 });
        Assert.That(rig.Choose(out _, out _), Is.EqualTo(8));
    }

    [Test]
    public void What_stays_is_a_leak()
    {
        using var rig = new Rig();
        Assert.That(rig.Machine.Cuda.Leaks(), Has.Some.StartsWith("cuBLASLt handle").And.Some.StartsWith("matmul descriptor")
            .And.Some.StartsWith("matrix layout").And.Some.StartsWith("matmul preference"));
    }
}
