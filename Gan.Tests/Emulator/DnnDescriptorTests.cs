using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda.Native;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class DnnDescriptorTests
{
    [Test]
    public void Descriptors_that_make_no_sense_are_refused()
    {
        using var m = new Machine();
        nint t = 0, f = 0, c = 0;
        m.Ok("cudnnCreateTensorDescriptor", Out(ref t));
        m.Ok("cudnnCreateFilterDescriptor", Out(ref f));
        m.Ok("cudnnCreateConvolutionDescriptor", Out(ref c));
        m.Fails(2000, "cudnnSetTensor4dDescriptor", t, 1, 0, 1, 0, 1, 1);
        m.Fails(3000, "cudnnSetTensor4dDescriptor", t, 2, 0, 1, 4, 1, 1);
        m.Fails(3000, "cudnnSetTensor4dDescriptor", t, 1, 1, 1, 4, 1, 1);
        m.Fails(2000, "cudnnSetTensor4dDescriptorEx", t, 0, 1, 1, 1, 1, 1, 1, -1, 1);
        m.Fails(2000, "cudnnSetFilter4dDescriptor", f, 0, 1, 0, 1, 1, 1);
        m.Fails(2000, "cudnnSetFilter4dDescriptor", t, 0, 1, 1, 1, 1, 1);
        m.Fails(2000, "cudnnSetConvolution2dDescriptor", c, -1, 0, 1, 1, 1, 1, 1, 0);
        m.Fails(2000, "cudnnSetConvolution2dDescriptor", c, 0, 0, 0, 1, 1, 1, 1, 0);
        m.Fails(2000, "cudnnSetConvolution2dDescriptor", c, 0, 0, 1, 1, 1, 0, 1, 0);
        m.Fails(2000, "cudnnSetConvolution2dDescriptor", c, 0, 0, 1, 1, 1, 1, 2, 0);
        m.Fails(3000, "cudnnSetConvolution2dDescriptor", c, 0, 0, 1, 1, 1, 1, 1, 9);
        m.Fails(2000, "cudnnSetConvolutionMathType", c, 4);
        m.Fails(2000, "cudnnSetConvolutionGroupCount", c, 0);
        m.Fails(2002, "cudnnCreateTensorDescriptor", 0);
        m.Ok("cudnnDestroyTensorDescriptor", t);
        m.Fails(2000, "cudnnDestroyTensorDescriptor", t);
        m.Fails(2000, "cudnnSetTensor4dDescriptor", t, 1, 0, 1, 1, 1, 1);
        byte* text = stackalloc byte[64];
        ((delegate* unmanaged<nint, nint, void>)m.Cuda.Find(CudaLibrary.CuDnn, "cudnnGetLastErrorString"))((nint)text, 64);
        Assert.That(Marshal.PtrToStringUTF8((nint)text), Does.StartWith("cudnnSetTensor4dDescriptor: 0x"));
    }

    [Test]
    public void Descriptors_need_no_context_and_handles_do()
    {
        using var m = new Machine(ready: false);
        nint d = 0;
        m.Ok("cudnnCreateTensorDescriptor", Out(ref d));
        m.Ok("cudnnSetTensor4dDescriptor", d, 1, 0, 1, 1, 1, 1);
        Assert.That(m.Cuda.Leaks(), Has.Some.StartsWith("tensor descriptor"));
        m.Ok("cudnnDestroyTensorDescriptor", d);
        m.Fails(5000, "cudnnCreate", Out(ref d));
        Assert.That(((delegate* unmanaged<nuint>)m.Cuda.Find(CudaLibrary.CuDnn, "cudnnGetVersion"))(), Is.EqualTo((nuint)90600));
    }

    [Test]
    public void Algorithms_are_listed_with_what_they_need()
    {
        using var m = new Machine();
        var s = new DnnSetup(m);
        byte* perf = stackalloc byte[48 * 8];
        int got = 0;
        nint bytes = 0, conv = s.Descriptor();
        m.Ok("cudnnGetConvolutionForwardAlgorithm_v7", s.Handle, s.X(), s.Filter(), conv, s.Y(), 8, Out(ref got), (nint)perf);
        Assert.That(got, Is.EqualTo(8));
        Assert.That((((int*)perf)[0], ((int*)perf)[1], ((int*)perf)[6], ((int*)perf)[7]), Is.EqualTo((1, 0, 1, 0)));
        m.Ok("cudnnGetConvolutionForwardWorkspaceSize", s.Handle, s.X(), s.Filter(), conv, s.Y(), 1, Out(ref bytes));
        Assert.That((bytes > 0, *(nint*)(perf + 16)), Is.EqualTo((true, bytes)));
        Assert.That(((int*)(perf + 48 * 7))[1], Is.EqualTo(3000));
        m.Ok("cudnnGetConvolutionBackwardFilterAlgorithm_v7", s.Handle, s.X(), s.Y(), conv, s.Filter(), 2,
            Out(ref got), (nint)perf);
        Assert.That((got, *(int*)(perf + 48), *(int*)(perf + 48 + 24)), Is.EqualTo((2, 0, 0)),
            "algorithm 0 is not deterministic");
        m.Ok("cudnnGetConvolutionBackwardDataAlgorithm_v7", s.Handle, s.Filter(), s.Y(), conv, s.X(), 1,
            Out(ref got), (nint)perf);
        Assert.That((got, *(int*)perf), Is.EqualTo((1, 1)));
        m.Fails(2000, "cudnnGetConvolutionForwardAlgorithm_v7", s.Handle, s.X(), s.Filter(), conv, s.Y(), 0,
            Out(ref got), (nint)perf);
        m.Fails(2002, "cudnnGetConvolutionForwardAlgorithm_v7", s.Handle, s.X(), s.Filter(), conv, s.Y(), 1, Out(ref got), 0);
        m.Fails(3000, "cudnnGetConvolutionForwardWorkspaceSize", s.Handle, s.X(), s.Filter(), conv, s.Y(), 4, Out(ref bytes));
        m.Fails(2000, "cudnnGetConvolutionForwardWorkspaceSize", s.Handle, s.X(), s.Filter(), conv, s.Y(), 8, Out(ref bytes));
    }

    [Test]
    public void Descriptors_must_fit_together()
    {
        using var m = new Machine();
        var s = new DnnSetup(m);
        nint bytes = 0, conv = s.Descriptor(), unset = 0;
        void Size(int status, nint x, nint w, nint y) =>
            m.Fails(status, "cudnnGetConvolutionForwardWorkspaceSize", s.Handle, x, w, conv, y, 0, Out(ref bytes));
        Size(0, s.X(), s.Filter(), s.Y());
        Size(2000, s.Tensor(2, 3, 5, 6), s.Filter(), s.Y());
        Size(2000, s.X(), s.Filter(), s.Tensor(2, 6, 5, 6));
        Size(2000, s.X(), s.Filter(), s.Tensor(1, 6, 5, 5));
        Size(3000, new DnnSetup(m) { Type = DnnSetup.BF16 }.X(), s.Filter(), s.Y());
        Size(3000, new DnnSetup(m) { Format = DnnSetup.Nchw }.X(), s.Filter(), s.Y());
        m.Ok("cudnnCreateTensorDescriptor", Out(ref unset));
        Size(2000, unset, s.Filter(), s.Y());
        m.Ok("cudnnSetConvolutionGroupCount", conv, 2);
        Size(2000, s.X(), s.Filter(), s.Y());
    }

    [Test]
    public void A_convolution_without_what_it_needs_is_refused()
    {
        using var m = new Machine();
        var s = new DnnSetup(m);
        float one = 1, zero = 0;
        nint bytes = 0, conv = s.Descriptor(), xd = s.X(), wd = s.Filter(), yd = s.Y();
        nint x = s.Upload(s.Draw(s.XCount, 1)), w = s.Upload(s.Draw(s.WCount, 2)), y = m.Alloc(s.YCount * 4);
        m.Ok("cudnnGetConvolutionForwardWorkspaceSize", s.Handle, xd, wd, conv, yd, 1, Out(ref bytes));
        nint workspace = m.Alloc(bytes), a = Out(ref one), b = Out(ref zero);
        void Run(int status, nint alpha, nint px, nint algorithm, nint ws, nint size) =>
            m.Fails(status, "cudnnConvolutionForward", s.Handle, alpha, xd, px, wd, w, conv, algorithm, ws, size, b, yd, y);
        Run(2006, a, x, 1, workspace, bytes - 1);
        Run(2002, a, x, 1, 0, bytes);
        Run(2002, 0, x, 1, workspace, bytes);
        Run(2002, a, 0, 1, workspace, bytes);
        Run(3000, a, x, 6, workspace, bytes);
        Run(0, a, x, 1, workspace, bytes);
        Assert.That(m.Download<uint>(workspace, 1), Is.EqualTo([uint.MaxValue]), "the workspace was used");
        m.Ok("cudnnDestroy", s.Handle);
        Run(1001, a, x, 1, workspace, bytes);
    }

    [Test]
    public void Older_cards_know_no_bfloat16()
    {
        using var m = new Machine(new EmulatorOptions { ComputeCapability = 75 });
        var s = new DnnSetup(m) { Type = DnnSetup.BF16 };
        nint bytes = 0;
        m.Fails(3000, "cudnnGetConvolutionForwardWorkspaceSize", s.Handle, s.X(), s.Filter(), s.Descriptor(),
            s.Y(), 0, Out(ref bytes));
    }

    [Test]
    public void A_workspace_smaller_than_it_says_is_a_fault()
    {
        using var m = new Machine();
        var s = new DnnSetup(m);
        float one = 1, zero = 0;
        nint bytes = 0, conv = s.Descriptor();
        m.Ok("cudnnGetConvolutionForwardWorkspaceSize", s.Handle, s.X(), s.Filter(), conv, s.Y(), 1, Out(ref bytes));
        m.Ok("cudnnConvolutionForward", s.Handle, Out(ref one), s.X(), s.Upload(s.Draw(s.XCount, 1)), s.Filter(),
            s.Upload(s.Draw(s.WCount, 2)), conv, 1, m.Alloc(bytes - 4), bytes,
            Out(ref zero), s.Y(), m.Alloc(s.YCount * 4));
        m.Fails(700, "cuCtxSynchronize");
    }
}
