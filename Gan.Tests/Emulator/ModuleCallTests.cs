using System.Runtime.InteropServices;
using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class ModuleCallTests
{
    /// <summary>Loads with an error log; the status and what the log says.</summary>
    static (int Status, string Log) LoadWithLog(Machine m, string ptx, int room = 512)
    {
        byte* log = stackalloc byte[512];
        int* options = stackalloc int[] { 5, 6, 2, 4 };
        nint* values = stackalloc nint[] { (nint)log, room, 0, 77 };
        nint module = 0;
        int status = m.Call("cuModuleLoadDataEx", Out(ref module), m.Text(ptx), 4, (nint)options, (nint)values);
        string text = Marshal.PtrToStringUTF8((nint)log)!;
        Assert.That(values[1], Is.EqualTo((nint)text.Length), "the slot of the size holds what was written");
        Assert.That(values[3], Is.EqualTo((nint)0));
        Assert.That(BitConverter.Int32BitsToSingle((int)values[2]), Is.GreaterThan(0f));
        return (status, text);
    }

    [Test]
    public void Text_that_is_no_PTX_is_refused_with_a_log()
    {
        using var m = new Machine();
        var (status, log) = LoadWithLog(m, SamplePtx.Kernels.Replace("ret;", "frobnicate.u32 %r1;", StringComparison.Ordinal));
        Assert.That(status, Is.EqualTo(218));
        Assert.That(log, Does.Contain("frobnicate"));
        (status, log) = LoadWithLog(m, "no PTX at all", room: 8);
        Assert.That(status, Is.EqualTo(218));
        Assert.That(log, Has.Length.EqualTo(7), "a short log holds what fits");
    }

    [Test]
    public void Newer_versions_and_targets_are_refused()
    {
        using var m = new Machine(new EmulatorOptions { DriverVersion = 12020, ComputeCapability = 75 });
        Assert.That(LoadWithLog(m, SamplePtx.Header("8.2", "sm_75")).Status, Is.Zero);
        Assert.That(LoadWithLog(m, SamplePtx.Header("8.3", "sm_75")).Status, Is.EqualTo(222));
        Assert.That(LoadWithLog(m, SamplePtx.Header("9.0", "sm_75")).Status, Is.EqualTo(222));
        var (status, log) = LoadWithLog(m, SamplePtx.Header("7.1", "sm_80"));
        Assert.That((status, log), Is.EqualTo((218, "the PTX's target sm_80 is higher than the device's sm_75")));
    }

    [Test]
    public void Functions_and_variables_are_found_by_name()
    {
        using var m = new Machine();
        nint module = m.Load(SamplePtx.Kernels), result = 0, size = 0;
        nint f = m.Function(module, "increment");
        Assert.That(m.Function(module, "increment"), Is.EqualTo(f));
        m.Fails(500, "cuModuleGetFunction", Out(ref result), module, m.Text("decrement"));
        m.Fails(1, "cuModuleGetFunction", 0, module, m.Text("increment"));
        m.Fails(1, "cuModuleGetFunction", Out(ref result), module, 0);
        m.Ok("cuModuleGetGlobal_v2", Out(ref result), Out(ref size), module, m.Text("counter"));
        Assert.That(size, Is.EqualTo((nint)4));
        Assert.That(m.Download<int>(result, 1), Is.EqualTo([7]));
        m.Ok("cuModuleGetGlobal_v2", Out(ref result), 0, module, m.Text("table"));
        Assert.That(m.Download<int>(result, 2), Is.EqualTo([5, 6]));
        m.Fails(500, "cuModuleGetGlobal_v2", Out(ref result), Out(ref size), module, m.Text("counters"));
    }

    [Test]
    public void Functions_die_with_their_module()
    {
        using var m = new Machine();
        nint module = m.Load(SamplePtx.Kernels), f = m.Function(module, "increment"), stream = m.Stream(), x = m.Upload(1f);
        Assert.That(m.LaunchOn(f, x, 1, stream), Is.Zero);
        m.Ok("cuModuleUnload", module);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([2f]), "what was queued has run");
        Assert.That(m.LaunchOn(f, x, 1, 0), Is.EqualTo(400));
        m.Fails(400, "cuModuleUnload", module);
        nint result = 0;
        m.Fails(400, "cuModuleGetFunction", Out(ref result), module, m.Text("increment"));
        nint free = 0, total = 0;
        m.Ok("cuMemGetInfo_v2", Out(ref free), Out(ref total));
        Assert.That(total - free, Is.EqualTo((nint)4), "the module's variables were freed");
    }

    [Test]
    public void Attributes_describe_a_function()
    {
        using var m = new Machine();
        nint module = m.Load(SamplePtx.Kernels);
        int Attribute(string name, int attribute)
        {
            int value = 0;
            m.Ok("cuFuncGetAttribute", Out(ref value), attribute, m.Function(module, name));
            return value;
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Attribute("increment", 0), Is.EqualTo(1024));
            Assert.That(Attribute("bounded", 0), Is.EqualTo(64));
            Assert.That(Attribute("increment", 1), Is.Zero);
            Assert.That(Attribute("shared", 1), Is.EqualTo(1024));
            Assert.That(Attribute("increment", 3), Is.Zero);
            Assert.That(Attribute("increment", 4), Is.InRange(1, 255));
            Assert.That(Attribute("increment", 5), Is.EqualTo(70));
            Assert.That(Attribute("shared", 8), Is.EqualTo((48 << 10) - 1024));
        }
        nint f = m.Function(module, "shared");
        m.Ok("cuFuncSetAttribute", f, 8, 60000);
        Assert.That(Attribute("shared", 8), Is.EqualTo(60000));
        m.Fails(1, "cuFuncSetAttribute", f, 8, 227 << 10);
        m.Fails(1, "cuFuncSetAttribute", f, 4, 32);
        m.Fails(1, "cuFuncGetAttribute", 0, 4, f);
    }

    [Test]
    public void Parameters_have_offsets_and_sizes()
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), offset = 0, size = 0;
        m.Ok("cuFuncGetParamInfo", f, 1, Out(ref offset), Out(ref size));
        Assert.That((offset, size), Is.EqualTo(((nint)8, (nint)4)));
        m.Fails(1, "cuFuncGetParamInfo", f, 2, Out(ref offset), Out(ref size));
    }

    [Test]
    public void A_module_that_stays_is_a_leak()
    {
        using var m = new Machine();
        m.Load(SamplePtx.Kernels);
        Assert.That(m.Cuda.Leaks(), Has.Some.StartsWith("module"));
    }
}
