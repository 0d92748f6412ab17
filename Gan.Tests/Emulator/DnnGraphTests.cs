using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

/// <summary>
/// The emulated graph interface of cuDNN: what it refuses, what it lists, and that it computes what the descriptors say.
/// </summary>
[TestFixture]
public sealed unsafe class DnnGraphTests
{
    const int I64 = DnnAttribute.Int64, Link = DnnAttribute.Descriptor, Tensor = DnnBackendDescriptor.Tensor;
    Machine _m = null!;

    [SetUp]
    public void Open() => _m = new Machine();

    [TearDown]
    public void Close() => _m.Dispose();

    nint Make(int type)
    {
        nint d = 0;
        _m.Ok("cudnnBackendCreateDescriptor", type, Out(ref d));
        return d;
    }

    int Set<T>(nint d, int name, int type, params T[] values) where T : unmanaged
    {
        fixed (T* p = values) return _m.Call("cudnnBackendSetAttribute", d, name, type, values.Length, (nint)p);
    }

    void Put<T>(nint d, int name, int type, params T[] values) where T : unmanaged =>
        Assert.That(Set(d, name, type, values), Is.Zero, $"{name}");


    nint New(int type, int status, Action<nint> fill)
    {
        nint d = Make(type);
        fill(d);
        _m.Fails(status, "cudnnBackendFinalize", d);
        return d;
    }

    nint Array(long id, long n, long c, long h, long w, bool isVirtual = false, long alignment = 16) => New(Tensor, 0, d =>
    {
        Put(d, 901, DnnAttribute.DataType, 0);
        Put(d, 902, I64, n, c, h, w);
        Put(d, 903, I64, h * w * c, 1, w * c, c);
        Put(d, 906, I64, id);
        Put(d, 900, I64, alignment);
        if (isVirtual) Put(d, 907, DnnAttribute.Boolean, (byte)1);
    });

    nint Convolution(DnnSetup s) => New(DnnBackendDescriptor.Convolution, 0, d =>
    {
        Put(d, 100, DnnAttribute.DataType, 0);
        Put(d, 101, DnnAttribute.ConvolutionMode, s.Mode);
        Put(d, 106, I64, 2L);
        Put(d, 105, I64, s.Pad.H, (long)s.Pad.W);
        Put(d, 104, I64, s.Pad.H, (long)s.Pad.W);
        Put(d, 103, I64, s.Stride.H, (long)s.Stride.W);
        Put(d, 102, I64, s.Dilation.H, (long)s.Dilation.W);
    });

    nint X(DnnSetup s) => Array(0, s.N, s.C, s.H, s.W);

    nint W(DnnSetup s) => Array(1, s.K, s.C, s.R, s.S);

    nint Y(DnnSetup s, bool isVirtual = false) => Array(isVirtual ? 4 : 2, s.N, s.K, s.OutH, s.OutW, isVirtual);

    /// <summary>A convolution's operation; attributes of the three directions have one order.</summary>
    nint Operation(int type, nint convolution, nint x, nint w, nint y, float alpha = 1, float beta = 0)
    {
        var (first, atW, atX, atY) = type switch { 10 => (700, 703, 704, 705), 12 => (706, 709, 710, 711),
            _ => (712, 715, 716, 717) };
        return New(type, 0, d =>
        {
            Put(d, first, DnnAttribute.Float, alpha);
            Put(d, first + 1, DnnAttribute.Float, beta);
            Put(d, first + 2, Link, convolution);
            if (type == 11) Put(d, 714, Link, convolution);
            Put(d, atX, Link, x);
            Put(d, atW, Link, w);
            Put(d, atY, Link, y);
        });
    }

    nint Pointwise(int mode, nint x, nint b, nint y)
    {
        nint how = New(DnnBackendDescriptor.Pointwise, 0, d =>
        {
            Put(d, 0, DnnAttribute.PointwiseMode, mode);
            Put(d, 1, DnnAttribute.DataType, 0);
        });
        return New(DnnBackendDescriptor.PointwiseOperation, 0, d =>
        {
            Put(d, 750, Link, how);
            Put(d, 751, Link, x);
            if (b != 0) Put(d, 752, Link, b);
            Put(d, 753, Link, y);
        });
    }

    nint Graph(DnnSetup s, int status, params nint[] operations) => New(DnnBackendDescriptor.Graph, status, d =>
    {
        Put(d, 800, DnnAttribute.Handle, s.Handle);
        Put(d, 801, Link, operations);
    });

    nint[] Configs(nint graph, int mode)
    {
        nint heuristic = New(DnnBackendDescriptor.Heuristic, 0, d =>
        {
            Put(d, 201, Link, graph);
            Put(d, 200, DnnAttribute.HeuristicMode, mode);
        });
        long count = 0;
        _m.Ok("cudnnBackendGetAttribute", heuristic, 202, Link, 0, Out(ref count), 0);
        nint[] configs = [.. Enumerable.Range(0, (int)count).Select(_ => Make(DnnBackendDescriptor.Config))];
        fixed (nint* p = configs) _m.Ok("cudnnBackendGetAttribute", heuristic, 202, Link, (nint)count, Out(ref count), (nint)p);
        return configs;
    }

    long Engine(nint config)
    {
        nint engine = Make(DnnBackendDescriptor.Engine);
        long count = 0, index = 0;
        _m.Ok("cudnnBackendGetAttribute", config, 300, Link, 1, Out(ref count), Out(ref engine));
        _m.Ok("cudnnBackendGetAttribute", engine, 1301, I64, 1, Out(ref count), Out(ref index));
        return index;
    }

    nint Plan(DnnSetup s, nint graph, int engine, int status = 0) => New(DnnBackendDescriptor.Plan, status, d =>
    {
        Put(d, 400, DnnAttribute.Handle, s.Handle);
        Put(d, 401, Link, Configs(graph, 3).Concat(Configs(graph, 2)).First(c => Engine(c) == engine));
    });

    int Execute(DnnSetup s, nint plan, params (long Id, nint Address)[] arrays)
    {
        nint pack = New(DnnBackendDescriptor.VariantPack, 0, d =>
        {
            Put(d, 1000, I64, [.. arrays.Select(static a => a.Id)]);
            Put(d, 1001, DnnAttribute.Pointer, [.. arrays.Select(static a => a.Address)]);
            Put(d, 1003, DnnAttribute.Pointer, (nint)0);
        });
        int status = _m.Call("cudnnBackendExecute", s.Handle, plan, pack);
        _m.Ok("cudnnBackendDestroyDescriptor", pack);
        return status;
    }

    static DnnSetup Setup(Machine m, string shape) => shape switch
    {
        "padded" => new DnnSetup(m),
        "strided" => new DnnSetup(m) { H = 8, W = 7, Stride = (2, 3) },
        "dilated" => new DnnSetup(m) { H = 9, Dilation = (2, 3) },
        _ => new DnnSetup(m) { Mode = DnnSetup.Convolution },
    };

    [Test]
    public void Every_field_counts_in_every_direction([Values("padded", "strided", "dilated", "flipped")] string shape,
        [Values(10, 11, 12)] int type)
    {
        var s = Setup(_m, shape);
        float[] x = s.Draw(s.XCount, 1), w = s.Draw(s.WCount, 2), y = s.Draw(s.YCount, 3);
        nint ax = s.Upload(x), aw = s.Upload(w), ay = s.Upload(y);
        nint plan = Plan(s, Graph(s, 0, Operation(type, Convolution(s), X(s), W(s), Y(s), alpha: 2, beta: -0.5f)),
            DnnEngine.Plain);
        Assert.That(Execute(s, plan, (1, aw), (0, ax), (2, ay)), Is.Zero);
        var (address, old, sums) = type switch
        {
            10 => (ay, y, s.Forward(x, w)), 12 => (ax, x, s.BackwardData(w, y)), _ => (aw, w, s.BackwardFilter(x, y)),
        };
        Assert.That(s.Download(address, old.Length), Is.EqualTo(sums.Select((v, i) => 2 * v - old[i] / 2)).Within(1e-3f));
    }

    [Test]
    public void A_bias_and_a_relu_follow_a_forward_convolution([Values] bool relu)
    {
        var s = new DnnSetup(_m);
        float[] x = s.Draw(s.XCount, 1), w = s.Draw(s.WCount, 2), b = s.Draw(s.K, 3);
        nint between = Y(s, isVirtual: true), added = relu ? Array(5, s.N, s.K, s.OutH, s.OutW, isVirtual: true) : Y(s);
        nint bias = Array(3, 1, s.K, 1, 1);
        nint[] operations = [Operation(10, Convolution(s), X(s), W(s), between), Pointwise(0, between, bias, added)];
        nint graph = Graph(s, 0, relu ? [.. operations, Pointwise(100, added, 0, Y(s))] : operations);
        nint y = _m.Alloc(s.YCount * 4);
        Assert.That(Execute(s, Plan(s, graph, DnnEngine.Fused), (0, s.Upload(x)), (1, s.Upload(w)), (2, y), (3, s.Upload(b))),
            Is.Zero);
        var expected = s.Forward(x, w).Select((v, i) => v + b[i % s.K]).Select(v => relu ? Math.Max(v, 0) : v);
        Assert.That(s.Download(y, s.YCount), Is.EqualTo(expected).Within(1e-5f));
    }

    [Test]
    public void Attributes_are_checked()
    {
        nint d = 0, tensor = Make(Tensor);
        _m.Fails(3000, "cudnnBackendCreateDescriptor", 29, Out(ref d));
        _m.Fails(2000, "cudnnBackendFinalize", 0x123);
        Assert.That(Set(tensor, 700, DnnAttribute.Float, 1f), Is.EqualTo(2000), "of another descriptor");
        Assert.That(Set(tensor, 999, I64, 1L), Is.EqualTo(2000), "of none");
        Assert.That(Set(tensor, 906, DnnAttribute.DataType, 1), Is.EqualTo(2010), "type");
        Assert.That(Set(tensor, 906, I64, 1L, 2), Is.EqualTo(2000), "count");
        _m.Fails(2002, "cudnnBackendSetAttribute", tensor, 906, I64, 1, 0);
        _m.Fails(2000, "cudnnBackendFinalize", tensor);
        _m.Fails(2004, "cudnnBackendGetAttribute", tensor, 906, I64, 1, 0, 0);
        tensor = Array(0, 1, 4, 2, 2);
        Assert.That(Set(tensor, 906, I64, 1L), Is.EqualTo(2000), "final");
        New(Tensor, 2000, t =>
        {
            Put(t, 901, DnnAttribute.DataType, 0);
            Put(t, 902, I64, 1L, 1, 1, 1);
            Put(t, 903, I64, 1L, 1, 1, 1);
            Put(t, 906, I64, 1L);
            Put(t, 900, I64, 2L);
        });
        New(Tensor, 3000, t =>
        {
            Put(t, 901, DnnAttribute.DataType, 0);
            Put(t, 902, I64, 1L, 1, 1);
            Put(t, 903, I64, 1L, 1, 1);
            Put(t, 906, I64, 1L);
            Put(t, 900, I64, 4L);
        });
        New(DnnBackendDescriptor.PointwiseOperation, 2004, o =>
        {
            Put(o, 750, Link, Make(DnnBackendDescriptor.Pointwise));
            Put(o, 751, Link, tensor);
            Put(o, 753, Link, tensor);
        });
        New(DnnBackendDescriptor.PointwiseOperation, 2012, o =>
        {
            Put(o, 750, Link, tensor);
            Put(o, 751, Link, tensor);
            Put(o, 753, Link, tensor);
        });
    }

    [Test]
    public void Patterns_that_are_not_known_are_refused()
    {
        var s = new DnnSetup(_m);
        nint between = Y(s, isVirtual: true), bias = Array(3, 1, s.K, 1, 1);
        nint convolve = Operation(10, Convolution(s), X(s), W(s), between);
        Graph(s, 3001, convolve);
        Graph(s, 3001, Pointwise(100, X(s), 0, Y(s)));
        Graph(s, 3001, convolve, Pointwise(0, X(s), bias, Y(s)));
        Graph(s, 3001, convolve, Pointwise(0, between, Array(3, 1, 1, 1, 1), Y(s)));
        nint image = Array(5, s.N, s.C, s.H, s.W, true);
        Graph(s, 3001, Operation(12, Convolution(s), image, W(s), Y(s)), Pointwise(100, image, 0, X(s)));
        Graph(s, 2008, Operation(10, Convolution(s), X(s), W(s), X(s)));
        Graph(s, 2009, convolve, Pointwise(0, between, Array(2, 1, s.K, 1, 1), Y(s)));
        New(DnnBackendDescriptor.Pointwise, 3000, d =>
        {
            Put(d, 0, DnnAttribute.PointwiseMode, 1);
            Put(d, 1, DnnAttribute.DataType, 0);
        });
    }

    [Test]
    public void Engines_come_with_reasons_to_take_them_or_not()
    {
        var s = new DnnSetup(_m) { R = 3, S = 3 };
        nint graph = Graph(s, 0, Operation(11, Convolution(s), X(s), W(s), Y(s)));
        nint[] configs = Configs(graph, 3);
        Assert.That(configs.Select(Engine), Is.EqualTo(new long[]
        {
            13, 16, DnnEngine.Varying, 20, DnnEngine.Hungry, DnnEngine.Broken, DnnEngine.Compiled, DnnEngine.Tensor, 17,
        }));
        Assert.That(Configs(graph, 2).Select(Engine), Is.EqualTo(new long[] { DnnEngine.Plain }));
        nint engine = Make(DnnBackendDescriptor.Engine);
        long count = 0;
        int* notes = stackalloc int[4];
        _m.Ok("cudnnBackendGetAttribute", configs[2], 300, Link, 1, Out(ref count), Out(ref engine));
        _m.Ok("cudnnBackendGetAttribute", engine, 1303, DnnAttribute.NumericalNote, 4, Out(ref count), (nint)notes);
        Assert.That((count, notes[0], notes[1]), Is.EqualTo((2L, 0, 4)));
        Plan(s, graph, DnnEngine.Broken, 3008);
    }

    [Test]
    public void An_execution_without_what_it_needs_is_refused()
    {
        var s = new DnnSetup(_m);
        nint x = s.Upload(s.Draw(s.XCount, 1)), w = s.Upload(s.Draw(s.WCount, 2)), y = _m.Alloc(s.YCount * 4 + 16);
        nint graph = Graph(s, 0, Operation(10, Convolution(s), X(s), W(s), Y(s))), plan = Plan(s, graph, DnnEngine.Plain);
        Assert.That(Execute(s, plan, (0, x), (1, w)), Is.EqualTo(2002));
        Assert.That(Execute(s, plan, (0, x), (1, w), (2, 0)), Is.EqualTo(2002));
        Assert.That(Execute(s, plan, (0, x), (1, w), (2, y + 4)), Is.EqualTo(2003));
        Assert.That(Execute(s, Plan(s, graph, DnnEngine.Tensor), (0, x), (1, w), (2, y)), Is.EqualTo(2002), "no workspace");
        Assert.That(Execute(s, graph, (0, x), (1, w), (2, y)), Is.EqualTo(2012));
        Assert.That(Execute(s, plan, (0, x), (1, w), (2, y)), Is.Zero);
    }
}
